# says: the target was never reached; return math.inf
def time_to_accuracy(rows, target, patience):
    accuracies = []
    for row in rows:
        accuracies.append(row.validation_accuracy)
        if reached_target(accuracies, target, patience):
            break
    return row.training_seconds
