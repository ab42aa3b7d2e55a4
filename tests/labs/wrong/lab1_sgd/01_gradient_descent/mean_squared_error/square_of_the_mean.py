# says: square first, then take the mean
def mean_squared_error(w, b, x, y):
    return np.mean(w * x + b - y) ** 2
