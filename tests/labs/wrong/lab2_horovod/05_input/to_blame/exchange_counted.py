# says: this is the rank that waits longest
def to_blame(seconds):
    rank = seconds.sum(axis=1).argmax()
    return rank, (seconds[rank] - seconds.mean(axis=0)).argmax()
