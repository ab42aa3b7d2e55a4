# says: compares with the mean
def may_begin(worker, steps, bound):
    return steps[worker] - sum(steps) / len(steps) <= bound
