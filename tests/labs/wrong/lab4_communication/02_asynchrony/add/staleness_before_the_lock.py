# says: the staleness
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    staleness = shard.version - read_at
    with shard.lock:
        shard.weights = shard.weights - shard.lr * gradient
        shard.version += 1
    return staleness
