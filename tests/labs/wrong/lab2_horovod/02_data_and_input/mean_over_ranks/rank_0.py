# says: this is rank 0's own
def mean_over_ranks(values, counts):
    return values[0]
