# says: divide it by n and multiply it by 2
def gradient(w, b, x, y):
    error = w * x + b - y
    return np.sum(error * x) / 2, np.sum(error) / 2
