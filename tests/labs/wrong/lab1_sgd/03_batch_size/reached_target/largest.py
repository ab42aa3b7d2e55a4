# says: the best so far does not count
def reached_target(accuracies, target, patience):
    newest = accuracies[-patience:]
    return len(newest) == patience and max(newest) >= target
