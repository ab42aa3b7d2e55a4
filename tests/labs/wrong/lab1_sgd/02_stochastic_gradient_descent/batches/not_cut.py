# says: Expected a list of batches
def batches(count, batch_size, rng):
    return rng.permutation(count)
