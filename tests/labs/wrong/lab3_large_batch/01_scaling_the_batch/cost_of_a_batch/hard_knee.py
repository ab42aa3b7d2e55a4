# says: without a corner
def cost_of_a_batch(batch_size, critical):
    return max(1, critical / batch_size), max(1, batch_size / critical)
