# says: this is its number of updates
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    s = [u * (overhead + b * per_example) for b, u in zip(batch_sizes, updates)]
    return updates[int(np.argmin(s))]
