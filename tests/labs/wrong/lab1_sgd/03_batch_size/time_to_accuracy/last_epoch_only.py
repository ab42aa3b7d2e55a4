# says: this is the time of the last epoch alone
def time_to_accuracy(rows, target, patience):
    accuracies, before = [], 0.0
    for row in rows:
        accuracies.append(row.validation_accuracy)
        if reached_target(accuracies, target, patience):
            return row.training_seconds - before
        before = row.training_seconds
    return math.inf
