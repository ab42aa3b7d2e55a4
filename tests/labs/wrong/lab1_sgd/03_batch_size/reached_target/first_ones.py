# says: older ones do not
def reached_target(accuracies, target, patience):
    newest = accuracies[:patience]
    return len(newest) == patience and min(newest) >= target
