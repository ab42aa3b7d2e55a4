# says: the end of a slice does not belong to it
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    return [order[i : i + batch_size - 1] for i in range(0, count, batch_size)]
