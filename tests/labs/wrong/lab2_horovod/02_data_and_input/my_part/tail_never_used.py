# says: same image is always left out
def my_part(count, rank, size, epoch, seed):
    each = count // size
    order = np.random.default_rng([seed, epoch]).permutation(each * size)
    return order[rank * each : (rank + 1) * each]
