# says: take the least time
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    s = [u * (overhead + b * per_example) for b, u in zip(batch_sizes, updates)]
    return batch_sizes[np.argmax(s)]
