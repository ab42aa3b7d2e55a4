# says: the other way around
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    with shard.lock:
        staleness = read_at - shard.version
        shard.weights = shard.weights - shard.lr * gradient
        shard.version += 1
    return staleness
