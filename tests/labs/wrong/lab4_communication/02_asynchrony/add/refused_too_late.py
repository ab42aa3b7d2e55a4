# says: Refuse the gradient before anything changes
def add(shard, gradient, read_at):
    with shard.lock:
        staleness = shard.version - read_at
        shard.version += 1
        if gradient.shape != shard.weights.shape:
            raise ValueError("another shape")
        shard.weights = shard.weights - shard.lr * gradient
    return staleness
