# says: the best so far does not count
def reached_target(accuracies, target, patience):
    return max(accuracies) >= target
