# says: add up a rank's own work first
def to_blame(seconds):
    own = np.array(seconds)
    own[:, 2] = 0
    late = own - own.mean(axis=0)
    return np.unravel_index(late.argmax(), late.shape)
