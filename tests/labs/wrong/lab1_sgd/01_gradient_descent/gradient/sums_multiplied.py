# says: multiply each error by its own x first
def gradient(w, b, x, y):
    n = len(x)
    return 2 / n * np.sum(w * x + b - y) * np.sum(x), 2 / n * np.sum(w * x + b - y)
