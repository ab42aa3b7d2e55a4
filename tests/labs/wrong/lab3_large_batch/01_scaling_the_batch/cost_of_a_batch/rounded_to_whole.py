# says: rounded to whole numbers
def cost_of_a_batch(batch_size, critical):
    return round(1 + critical / batch_size), round(1 + batch_size / critical)
