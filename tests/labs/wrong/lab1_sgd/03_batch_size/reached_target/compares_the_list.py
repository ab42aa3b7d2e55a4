# says: compare each one in it
def reached_target(accuracies, target, patience):
    return accuracies[-patience:] >= target
