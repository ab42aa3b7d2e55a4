# says: exactly at the bound
def may_begin(worker, steps, bound):
    return steps[worker] - min(steps) == bound
