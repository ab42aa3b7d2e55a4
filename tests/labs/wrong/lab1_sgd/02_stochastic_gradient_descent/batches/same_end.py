# says: the end of each slice does not move on
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    return [order[i : batch_size] for i in range(0, count, batch_size)]
