# says: the number of its column
def to_blame(seconds):
    own = np.delete(seconds, 2, axis=1)
    r = own.sum(axis=1).argmax()
    return r, (own[r] - own.mean(axis=0)).argmax()
