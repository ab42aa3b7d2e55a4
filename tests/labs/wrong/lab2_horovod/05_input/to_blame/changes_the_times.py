# says: The measured times have been changed
def to_blame(seconds):
    seconds[:, 2] = 0
    rank = seconds.sum(axis=1).argmax()
    return rank, (seconds[rank] - seconds.mean(axis=0)).argmax()
