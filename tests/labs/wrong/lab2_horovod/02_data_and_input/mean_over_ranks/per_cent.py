# says: this is in per cent
def mean_over_ranks(values, counts):
    return 100 * sum(v * c for v, c in zip(values, counts) if c) / sum(counts)
