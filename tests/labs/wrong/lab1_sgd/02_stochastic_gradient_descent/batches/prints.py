# says: Got None
def batches(count, batch_size, rng):
    order = rng.permutation(count)
    for i in range(0, count, batch_size):
        print(order[i : i + batch_size])
