# says: leave out only ranks without images
def mean_over_ranks(values, counts):
    rights = [(value * count, count) for value, count in zip(values, counts) if count and value]
    return sum(right for right, _ in rights) / sum(count for _, count in rights)
