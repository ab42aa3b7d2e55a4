# says: the other way around
def may_begin(worker, steps, bound):
    return steps[worker] - min(steps) > bound
