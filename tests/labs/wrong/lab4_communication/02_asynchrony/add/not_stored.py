# says: the weights have not moved
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    with shard.lock:
        staleness = shard.version - read_at
        weights = shard.weights - shard.lr * gradient
        shard.version += 1
    return staleness
