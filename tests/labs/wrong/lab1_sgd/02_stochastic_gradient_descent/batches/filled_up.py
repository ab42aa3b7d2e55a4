# says: the last batch is filled up to four
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    number = -(-count // batch_size)
    return [np.take(order, range(i * batch_size, (i + 1) * batch_size), mode="wrap") for i in range(number)]
