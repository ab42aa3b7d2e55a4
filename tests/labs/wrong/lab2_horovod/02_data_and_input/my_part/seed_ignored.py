# says: Another seed gives the same parts
def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng(epoch).permutation(count)
    each = count // size
    return order[rank * each : (rank + 1) * each]
