# says: take the least time
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    least = float("inf")
    for b in batch_sizes:
        for u in updates:
            if u * (overhead + b * per_example) < least:
                least, best = u * (overhead + b * per_example), b
    return best
