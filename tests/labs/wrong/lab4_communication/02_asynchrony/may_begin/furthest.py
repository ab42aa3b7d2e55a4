# says: looks at the worker that is furthest
def may_begin(worker, steps, bound):
    return max(steps) - steps[worker] <= bound
