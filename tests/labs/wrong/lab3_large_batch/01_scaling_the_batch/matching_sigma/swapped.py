# says: the root of a negative number
def matching_sigma(batch_size, small):
    return (small / batch_size - 1) ** 0.5
