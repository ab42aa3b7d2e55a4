# says: one rank has an image more than the others
def my_part(count, rank, size, epoch, seed):
    return np.random.default_rng([seed, epoch]).permutation(count)[rank::size]
