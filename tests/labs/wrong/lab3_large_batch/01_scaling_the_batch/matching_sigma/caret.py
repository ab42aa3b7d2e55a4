# says: `^` is no power
def matching_sigma(batch_size, small):
    return (batch_size / small - 1) ^ 0.5
