# says: this is the time itself
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    seconds = np.array(updates) * (overhead + np.array(batch_sizes) * per_example)
    return float(seconds.min())
