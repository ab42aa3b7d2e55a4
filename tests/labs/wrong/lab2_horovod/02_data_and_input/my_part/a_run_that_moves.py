# says: A part is a run of the file
def my_part(count, rank, size, epoch, seed):
    each = count // size
    start = np.random.default_rng([seed, epoch]).integers(size)
    first = (rank + start) % size * each
    return np.arange(first, first + each)
