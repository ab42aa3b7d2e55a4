# says: fill each batch before you begin the next
def batches(count, batch_size, rng):
    return np.array_split(rng.permutation(count), -(-count // batch_size))
