# says: the right answers are divided by the number of ranks
def mean_over_ranks(values, counts):
    return sum(value * count for value, count in zip(values, counts)) / len(counts)
