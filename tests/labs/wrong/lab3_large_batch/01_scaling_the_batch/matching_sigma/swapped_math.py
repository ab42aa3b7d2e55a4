# says: the root of a negative number
def matching_sigma(batch_size, small):
    import math
    return math.sqrt(small / batch_size - 1)
