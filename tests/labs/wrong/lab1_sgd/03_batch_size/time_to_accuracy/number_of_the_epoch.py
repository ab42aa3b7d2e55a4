# says: this is the number of the epoch
def time_to_accuracy(rows, target, patience):
    accuracies = [row.validation_accuracy for row in rows]
    for epoch, row in enumerate(rows, start=1):
        if reached_target(accuracies[:epoch], target, patience):
            return epoch
    return math.inf
