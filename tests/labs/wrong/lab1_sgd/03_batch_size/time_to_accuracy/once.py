# says: not once at the end
def time_to_accuracy(rows, target, patience):
    if reached_target([row.validation_accuracy for row in rows], target, patience):
        return rows[-patience].training_seconds
    return math.inf
