# says: this one has the shortest update and the fewest examples
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    return batch_sizes[int(np.argmin(np.array(updates) * np.array(batch_sizes)))]
