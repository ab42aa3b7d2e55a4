# says: leave `abs` out
def gradient(w, b, x, y):
    error = abs(w * x + b - y)
    return 2 * np.mean(error * x), 2 * np.mean(error)
