# says: b is subtracted
def mean_squared_error(w, b, x, y):
    return np.mean((y - w * x + b) ** 2)
