# says: a step count of its own
def may_begin(worker, steps, bound):
    return worker - min(steps) <= bound
