# says: this is the right rank, but its longest stage
def to_blame(seconds):
    rank = int(np.argmin(seconds[:, 2]))
    return rank, int(np.argmax(seconds[rank]))
