# says: the measuring of the accuracy is included
def time_to_accuracy(rows, target, patience):
    accuracies = []
    for row in rows:
        accuracies.append(row.validation_accuracy)
        if reached_target(accuracies, target, patience):
            return row.seconds
    return math.inf
