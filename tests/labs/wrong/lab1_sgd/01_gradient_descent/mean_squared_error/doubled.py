# says: doubled where they should be squared
def mean_squared_error(w, b, x, y):
    return np.mean((w * x + b - y) * 2)
