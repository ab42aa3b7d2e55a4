# says: the cost at the knee
def cost_of_a_batch(batch_size, critical):
    return (1 + critical / batch_size) / 2, (1 + batch_size / critical) / 2
