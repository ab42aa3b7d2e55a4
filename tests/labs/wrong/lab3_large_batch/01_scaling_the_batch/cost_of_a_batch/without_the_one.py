# says: there is a 1 in both
def cost_of_a_batch(batch_size, critical):
    return critical / batch_size, batch_size / critical
