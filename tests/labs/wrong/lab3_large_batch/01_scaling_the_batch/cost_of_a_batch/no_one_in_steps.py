# says: missing in the steps
def cost_of_a_batch(batch_size, critical):
    return critical / batch_size, 1 + batch_size / critical
