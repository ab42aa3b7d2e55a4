# says: should be a ValueError
def add(shard, gradient, read_at):
    if len(np.atleast_1d(gradient)) != len(shard.weights):
        raise ValueError("another length")
    with shard.lock:
        staleness = shard.version - read_at
        shard.weights = shard.weights - shard.lr * gradient
        shard.version += 1
    return staleness
