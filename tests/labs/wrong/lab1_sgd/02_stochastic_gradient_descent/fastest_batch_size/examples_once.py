# says: all of its examples
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    times = [count * overhead + size * per_example for size, count in zip(batch_sizes, updates)]
    return batch_sizes[times.index(min(times))]
