# says: this gradient itself does not make itself older
def add(shard, gradient, read_at):
    if gradient.shape != shard.weights.shape:
        raise ValueError("another shape")
    with shard.lock:
        shard.weights = shard.weights - shard.lr * gradient
        shard.version += 1
        staleness = shard.version - read_at
    return staleness
