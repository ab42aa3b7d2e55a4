# says: own noise is there already
def matching_sigma(batch_size, small):
    return (batch_size / small) ** 0.5
