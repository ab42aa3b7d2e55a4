# says: The examples come in their order in the file
def batches(count, batch_size, rng):
    order = np.arange(count)
    return [order[first : first + batch_size] for first in range(0, count, batch_size)]
