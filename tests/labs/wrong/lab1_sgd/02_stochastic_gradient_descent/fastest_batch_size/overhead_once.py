# says: each with its overhead
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    seconds = overhead + np.array(updates) * np.array(batch_sizes) * per_example
    return batch_sizes[int(np.argmin(seconds))]
