# says: rank 1 loads a little longer, but nobody waits for it
def to_blame(seconds):
    return int(np.argmax(seconds[:, 0])), 0
