# says: `rng.shuffle` gives nothing back
def batches(count, batch_size, rng):
    order = rng.shuffle(np.arange(count))
    return [order[i : i + batch_size] for i in range(0, count, batch_size)]
