# says: an empty batch comes last
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    return [order[n * batch_size : (n + 1) * batch_size] for n in range(count // batch_size + 1)]
