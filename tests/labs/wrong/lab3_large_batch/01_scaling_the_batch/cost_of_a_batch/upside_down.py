# says: both are upside down
def cost_of_a_batch(batch_size, critical):
    return 1 / (1 + critical / batch_size), 1 / (1 + batch_size / critical)
