# says: square each error first
def mean_squared_error(w, b, x, y):
    return np.mean(np.abs(w * x + b - y))
