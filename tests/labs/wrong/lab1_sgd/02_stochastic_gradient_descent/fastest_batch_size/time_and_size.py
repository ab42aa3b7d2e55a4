# says: return the batch size alone
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    return min((u * (overhead + b * per_example), b) for b, u in zip(batch_sizes, updates))
