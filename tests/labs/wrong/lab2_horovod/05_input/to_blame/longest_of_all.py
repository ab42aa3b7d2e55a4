# says: this is the right rank, but its longest stage
def to_blame(seconds):
    return np.unravel_index(np.argmax(seconds), seconds.shape)
