# says: with the newest accuracy
def time_to_accuracy(rows, target, patience):
    accuracies = [row.validation_accuracy for row in rows]
    for epoch, row in enumerate(rows):
        if reached_target(accuracies[:epoch], target, patience):
            return row.training_seconds
    return math.inf
