# says: with too few epochs the answer is False
def reached_target(accuracies, target, patience):
    for i in range(1, patience + 1):
        if accuracies[-i] < target:
            return False
    return True
