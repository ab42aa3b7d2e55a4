# says: take 1 from the quotient
def matching_sigma(batch_size, small):
    return batch_size / (small - 1) ** 0.5
