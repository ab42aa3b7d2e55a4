# says: use those that are given
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    best = np.sqrt(overhead / per_example * 20)
    return min(batch_sizes, key=lambda b: abs(b - best))
