# says: fill each batch up to 4
def batches(count, batch_size, rng):
    return np.array_split(rng.permutation(count), count // batch_size)
