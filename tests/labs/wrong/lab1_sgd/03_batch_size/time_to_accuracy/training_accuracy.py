# says: the training accuracy was asked
def time_to_accuracy(rows, target, patience):
    accuracies = []
    for row in rows:
        accuracies.append(row.train_accuracy)
        if reached_target(accuracies, target, patience):
            return row.training_seconds
    return math.inf
