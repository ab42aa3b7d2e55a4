# says: multiply by the updates
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    return min(batch_sizes, key=lambda size: overhead + size * per_example)
