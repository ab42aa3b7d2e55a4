# says: missing in the images
def cost_of_a_batch(batch_size, critical):
    return 1 + critical / batch_size, batch_size / critical
