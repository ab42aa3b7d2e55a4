# says: must be there where `patience` is 3
def reached_target(accuracies, target, patience):
    return len(accuracies) >= 2 and min(accuracies[-2:]) >= target
