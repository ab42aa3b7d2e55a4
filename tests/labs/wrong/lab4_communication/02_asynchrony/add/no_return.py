# says: got None
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    with shard.lock:
        staleness = shard.version - read_at
        shard.weights = shard.weights - shard.lr * gradient
        shard.version += 1
