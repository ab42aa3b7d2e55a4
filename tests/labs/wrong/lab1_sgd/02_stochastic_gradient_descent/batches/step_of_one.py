# says: go on by the batch size
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    return [order[i : i + batch_size] for i in range(count)]
