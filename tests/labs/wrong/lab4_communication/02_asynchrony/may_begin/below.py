# says: at the bound itself
def may_begin(worker, steps, bound):
    return steps[worker] - min(steps) < bound
