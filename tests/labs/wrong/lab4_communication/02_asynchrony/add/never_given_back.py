# says: The lock is still held
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    shard.lock.acquire()
    staleness = shard.version - read_at
    shard.weights = shard.weights - shard.lr * gradient
    shard.version += 1
    return staleness
