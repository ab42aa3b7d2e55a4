# says: this is the variance
def matching_sigma(batch_size, small):
    return batch_size / small - 1
