# says: the batch size is how many examples are in each
def batches(count, batch_size, rng):
    return np.array_split(rng.permutation(count), batch_size)
