# says: 0 times nan is nan
def mean_over_ranks(values, counts):
    return sum(value * count for value, count in zip(values, counts)) / sum(counts)
