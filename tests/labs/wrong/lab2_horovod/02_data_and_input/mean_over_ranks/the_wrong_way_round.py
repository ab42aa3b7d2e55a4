# says: each rank is divided by its images
def mean_over_ranks(values, counts):
    return sum(value / count for value, count in zip(values, counts) if count)
