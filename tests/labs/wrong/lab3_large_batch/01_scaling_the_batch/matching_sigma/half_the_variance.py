# says: this is half the variance
def matching_sigma(batch_size, small):
    return (batch_size / small - 1) ** 1 / 2
