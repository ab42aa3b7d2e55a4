# says: exactly 0.8 counts
def reached_target(accuracies, target, patience):
    newest = accuracies[-patience:]
    return len(newest) == patience and min(newest) > target
