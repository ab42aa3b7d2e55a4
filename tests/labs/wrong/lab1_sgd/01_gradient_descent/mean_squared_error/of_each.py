# says: expected one number, got numbers of shape (3,)
def mean_squared_error(w, b, x, y):
    return (w * x + b - y) ** 2
