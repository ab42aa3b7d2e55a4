# says: the last rank has an image more
def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(count)
    each = count // size
    return order[rank * each :] if rank == size - 1 else order[rank * each : (rank + 1) * each]
