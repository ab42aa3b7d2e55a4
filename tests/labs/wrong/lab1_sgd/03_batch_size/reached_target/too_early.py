# says: there is one epoch so far, and the patience asks for two
def reached_target(accuracies, target, patience):
    return all(accuracy >= target for accuracy in accuracies[-patience:])
