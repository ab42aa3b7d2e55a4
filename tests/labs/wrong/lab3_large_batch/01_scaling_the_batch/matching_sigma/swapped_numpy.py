# says: the root of a negative number
def matching_sigma(batch_size, small):
    return np.sqrt(small / batch_size - 1)
