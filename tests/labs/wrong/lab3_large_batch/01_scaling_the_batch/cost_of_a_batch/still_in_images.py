# says: still in images; divide by the fewest images
def cost_of_a_batch(batch_size, critical):
    steps = 1 + critical / batch_size
    return steps, steps * batch_size
