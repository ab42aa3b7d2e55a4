# says: does the function end in a `return`?
import numpy as np


def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(count)
    order[rank::size]
