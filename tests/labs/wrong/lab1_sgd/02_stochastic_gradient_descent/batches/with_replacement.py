# says: Some examples come twice and others never
def batches(count, batch_size, rng):
    order = rng.integers(0, count, count)
    return [order[first : first + batch_size] for first in range(0, count, batch_size)]
