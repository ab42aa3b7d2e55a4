# says: since the beginning
def may_begin(worker, steps, bound):
    return steps[worker] <= bound
