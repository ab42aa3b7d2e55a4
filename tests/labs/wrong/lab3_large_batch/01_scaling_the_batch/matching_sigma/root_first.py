# says: take it away first
def matching_sigma(batch_size, small):
    return (batch_size / small) ** 0.5 - 1
