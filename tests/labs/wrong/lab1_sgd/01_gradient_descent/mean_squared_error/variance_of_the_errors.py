# says: square the errors as they are
def mean_squared_error(w, b, x, y):
    return np.var(w * x + b - y)
