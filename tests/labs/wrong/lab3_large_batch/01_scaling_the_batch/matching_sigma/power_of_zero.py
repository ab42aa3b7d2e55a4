# says: a power of 0
def matching_sigma(batch_size, small):
    return (batch_size / small - 1) ** (1 // 2)
