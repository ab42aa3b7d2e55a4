# says: mind the brackets in w x + b
def mean_squared_error(w, b, x, y):
    return np.mean((w * (x + b) - y) ** 2)
