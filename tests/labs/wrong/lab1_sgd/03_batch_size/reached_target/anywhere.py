# says: but not the newest
def reached_target(accuracies, target, patience):
    in_a_row = 0
    for accuracy in accuracies:
        in_a_row = in_a_row + 1 if accuracy >= target else 0
        if in_a_row == patience:
            return True
    return False
