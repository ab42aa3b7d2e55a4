# says: images are steps times the batch size
def cost_of_a_batch(batch_size, critical):
    steps = 1 + critical / batch_size
    return steps, steps
