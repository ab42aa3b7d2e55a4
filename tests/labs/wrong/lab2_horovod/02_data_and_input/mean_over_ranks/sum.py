# says: this is a number of right answers
def mean_over_ranks(values, counts):
    return sum(value * count for value, count in zip(values, counts))
