# says: the learning rate is missing
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    with shard.lock:
        staleness = shard.version - read_at
        shard.weights = shard.weights - gradient
        shard.version += 1
    return staleness
