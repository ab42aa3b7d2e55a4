# says: these are both roots
def matching_sigma(batch_size, small):
    return (batch_size / small - 1) ** 0.5, -((batch_size / small - 1) ** 0.5)
