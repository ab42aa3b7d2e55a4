# says: give the costs as they are
def cost_of_a_batch(batch_size, critical):
    return round(1 + critical / batch_size, 2), round(1 + batch_size / critical, 2)
