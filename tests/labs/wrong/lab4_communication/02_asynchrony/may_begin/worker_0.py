# says: compares with worker 0
def may_begin(worker, steps, bound):
    return steps[worker] - steps[0] <= bound
