# says: this is the mean of the ranks
def mean_over_ranks(values, counts):
    return sum(values) / len(values)
