# says: hand `patience` on
def time_to_accuracy(rows, target, patience):
    accuracies = [row.validation_accuracy for row in rows]
    for epoch, row in enumerate(rows, start=1):
        if reached_target(accuracies[:epoch], target, 2):
            return row.training_seconds
    return math.inf
