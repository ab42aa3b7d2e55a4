# says: about one accuracy at a time
def time_to_accuracy(rows, target, patience):
    for row in rows:
        if reached_target([row.validation_accuracy], target, patience):
            return row.training_seconds
    return math.inf
