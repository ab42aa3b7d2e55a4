# says: take the order from `rng` alone
def batches(count, batch_size, rng):
    order = np.random.permutation(count)
    return [order[i : i + batch_size] for i in range(0, count, batch_size)]
