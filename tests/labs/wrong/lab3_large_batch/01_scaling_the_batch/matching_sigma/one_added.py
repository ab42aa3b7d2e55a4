# says: 1 is added
def matching_sigma(batch_size, small):
    return (batch_size / small + 1) ** 0.5
