# says: b is missing in the line
def mean_squared_error(w, b, x, y):
    return np.mean((w * x - y) ** 2)
