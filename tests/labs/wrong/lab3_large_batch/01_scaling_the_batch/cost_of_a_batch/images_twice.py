# says: steps fall as the batch grows
def cost_of_a_batch(batch_size, critical):
    return 1 + batch_size / critical, 1 + batch_size / critical
