# says: The lock is still held after the ValueError
def add(shard, gradient, read_at):
    shard.lock.acquire()
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    staleness = shard.version - read_at
    shard.weights = shard.weights - shard.lr * gradient
    shard.version += 1
    shard.lock.release()
    return staleness
