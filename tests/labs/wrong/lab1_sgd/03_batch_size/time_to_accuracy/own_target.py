# says: hand `target` on
def time_to_accuracy(rows, target, patience):
    accuracies = [row.validation_accuracy for row in rows]
    for epoch, row in enumerate(rows, start=1):
        if reached_target(accuracies[:epoch], 0.8, patience):
            return row.training_seconds
    return math.inf
