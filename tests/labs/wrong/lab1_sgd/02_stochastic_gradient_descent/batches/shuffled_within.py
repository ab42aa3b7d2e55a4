# says: made of the same few examples
def batches(count, batch_size, rng):
    return [rng.permutation(np.arange(i, min(i + batch_size, count))) for i in range(0, count, batch_size)]
