# says: these are the times
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    return [u * (overhead + b * per_example) for b, u in zip(batch_sizes, updates)]
