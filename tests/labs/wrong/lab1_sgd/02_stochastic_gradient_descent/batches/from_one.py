# says: the numbers begin with 0
def batches(count, batch_size, rng):
    order = rng.permutation(count) + 1
    return [order[i : i + batch_size] for i in range(0, count, batch_size)]
