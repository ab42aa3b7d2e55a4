# says: does the `return` stand inside the loop?
def mean_over_ranks(values, counts):
    total = 0
    for v, c in zip(values, counts):
        if c > 0:
            total += v * c
        return total / sum(counts)
