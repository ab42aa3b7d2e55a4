# says: not in a row
def reached_target(accuracies, target, patience):
    newest = accuracies[-patience:]
    return len(newest) == patience and sum(newest) / patience >= target
