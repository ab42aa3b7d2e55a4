# says: needs the fewest updates
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    return batch_sizes[int(np.argmin(updates))]
