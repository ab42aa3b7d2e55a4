# says: cannot be cut into equal parts
def batches(count, batch_size, rng):
    return rng.permutation(count).reshape(-1, batch_size)
