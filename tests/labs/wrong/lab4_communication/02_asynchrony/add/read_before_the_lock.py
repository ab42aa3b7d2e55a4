# says: one of the two is lost
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    weights = shard.weights
    with shard.lock:
        staleness = shard.version - read_at
        shard.weights = weights - shard.lr * gradient
        shard.version += 1
    return staleness
