# says: the last two are at or above the target
def reached_target(accuracies, target, patience):
    newest = accuracies[-patience - 1:]
    return len(newest) > patience and min(newest) >= target
