# says: A slice has a colon
def batches(count, batch_size, rng):
    order = np.arange(count)
    rng.shuffle(order)
    result = []
    for i in range(0, count, batch_size):
        result.append(order[i, i + batch_size])
    return result
