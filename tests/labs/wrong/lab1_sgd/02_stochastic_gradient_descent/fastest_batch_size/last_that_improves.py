# says: all of its examples
def fastest_batch_size(batch_sizes, updates, overhead, per_example):
    least = float("inf")
    for b, u in zip(batch_sizes, updates):
        seconds = u * (overhead + b * per_example)
        if seconds < least:
            best = b
    return best
