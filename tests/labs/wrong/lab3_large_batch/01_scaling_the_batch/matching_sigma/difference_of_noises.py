# says: the difference of the two noises
def matching_sigma(batch_size, small):
    return (1 / small - 1 / batch_size) ** 0.5
