# says: the batches overlap
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    return [order[i : i + batch_size] for i in range(0, count, batch_size - 1)]
