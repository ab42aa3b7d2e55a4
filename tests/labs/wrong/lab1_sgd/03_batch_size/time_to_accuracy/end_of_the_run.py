# says: this is the end of the run, which went on after the target
def time_to_accuracy(rows, target, patience):
    return rows[-1].training_seconds
