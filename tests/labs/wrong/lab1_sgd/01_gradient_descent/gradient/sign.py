# says: the sign is turned round
# ruff: noqa: F821
def gradient(w, b, x, y):
    error = y - (w * x + b)
    return 2 * np.mean(error * x), 2 * np.mean(error)
