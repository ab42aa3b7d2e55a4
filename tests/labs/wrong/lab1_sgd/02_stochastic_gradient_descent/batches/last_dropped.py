# says: the last batch is dropped
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    return [order[first : first + batch_size] for first in range(0, count - batch_size + 1, batch_size)]
