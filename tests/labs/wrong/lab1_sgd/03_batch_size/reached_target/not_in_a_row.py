# says: two of them are above the target, but not in a row
def reached_target(accuracies, target, patience):
    above = [accuracy for accuracy in accuracies if accuracy >= target]
    return len(above) >= patience
