# says: only their order is
def my_part(count, rank, size, epoch, seed):
    each = count // size
    order = np.random.default_rng(seed).permutation(count)
    return np.random.default_rng([seed, epoch]).permutation(order[rank * each : (rank + 1) * each])
