# says: set brackets around the whole error
def gradient(w, b, x, y):
    return 2 * np.mean(w * x + b - y * x), 2 * np.mean(w * x + b - y)
