# says: every update has its overhead
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    return min(batch_sizes, key=lambda size: abs(size - overhead / per_example))
