# says: Every epoch has the same order
def batches(count, batch_size, rng):
    order = np.random.default_rng(0).permutation(count)
    return [order[first : first + batch_size] for first in range(0, count, batch_size)]
