# says: make arrays of them
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    s = updates * (overhead + batch_sizes * per_example)
    return batch_sizes[np.argmin(s)]
