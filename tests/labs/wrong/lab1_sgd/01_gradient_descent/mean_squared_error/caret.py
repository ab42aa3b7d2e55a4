# says: In Python a square is error**2
def mean_squared_error(w, b, x, y):
    return np.mean((w * x + b - y) ^ 2)
