# says: the list was changed
def reached_target(accuracies, target, patience):
    if len(accuracies) < patience:
        return False
    for _ in range(patience):
        if accuracies.pop() < target:
            return False
    return True
