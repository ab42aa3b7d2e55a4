# says: a new shuffle would leave
import numpy as np


def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng(seed).permutation(count)
    order = np.roll(order, epoch)
    return order[rank * (count // size):(rank + 1) * (count // size)]
