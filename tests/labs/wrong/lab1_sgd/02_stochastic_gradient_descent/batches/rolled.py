# says: made of the same few examples
def batches(count, batch_size, rng):
    order = np.roll(np.arange(count), rng.integers(count))
    return [order[i : i + batch_size] for i in range(0, count, batch_size)]
