# says: take their quotient
def matching_sigma(batch_size, small):
    return (batch_size - small) ** 0.5
