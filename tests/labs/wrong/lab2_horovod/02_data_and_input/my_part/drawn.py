# says: or twice on one
def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng([seed, epoch]).integers(0, count, count)
    each = count // size
    return order[rank * each : (rank + 1) * each]
