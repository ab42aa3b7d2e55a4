# says: not the rows
def time_to_accuracy(rows, target, patience):
    for epoch, row in enumerate(rows, start=1):
        if reached_target(rows[:epoch], target, patience):
            return row.training_seconds
    return math.inf
