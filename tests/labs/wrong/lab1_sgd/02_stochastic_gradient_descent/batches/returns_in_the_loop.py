# says: the first batch alone came back
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    result = []
    for i in range(0, count, batch_size):
        result.append(order[i : i + batch_size])
        return result
