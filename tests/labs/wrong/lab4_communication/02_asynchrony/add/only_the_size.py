# says: should be a ValueError
def add(shard, gradient, read_at):
    if gradient.size != shard.weights.size:
        raise ValueError("another size")
    with shard.lock:
        staleness = shard.version - read_at
        shard.weights = shard.weights - shard.lr * gradient
        shard.version += 1
    return staleness
