# says: nothing is missing here
def matching_sigma(batch_size, small):
    return max(1, (batch_size / small - 1) ** 0.5)
