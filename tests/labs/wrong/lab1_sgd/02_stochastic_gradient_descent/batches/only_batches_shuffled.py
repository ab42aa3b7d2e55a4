# says: shuffle the examples
def batches(count, batch_size, rng):
    order = np.arange(count)
    cut = [order[first : first + batch_size] for first in range(0, count, batch_size)]
    full = [cut[i] for i in rng.permutation(count // batch_size)]
    return full + cut[count // batch_size :]
