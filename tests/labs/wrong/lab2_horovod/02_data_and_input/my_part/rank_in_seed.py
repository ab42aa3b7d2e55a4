# says: All ranks must cut the same shuffle
def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng([seed, epoch, rank]).permutation(count)
    return order[: count // size]
