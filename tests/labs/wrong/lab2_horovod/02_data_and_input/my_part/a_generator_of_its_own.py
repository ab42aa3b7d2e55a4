# says: The same call gives another part the second time
def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng().permutation(count)
    each = count // size
    return order[rank * each : (rank + 1) * each]
