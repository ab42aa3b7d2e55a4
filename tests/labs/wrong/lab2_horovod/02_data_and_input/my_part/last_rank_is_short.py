# says: the last rank is short
def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(count)
    each = -(-count // size)
    return order[rank * each : (rank + 1) * each]
