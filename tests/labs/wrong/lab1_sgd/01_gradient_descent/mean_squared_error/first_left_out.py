# says: the first example is missing
def mean_squared_error(w, b, x, y):
    total = 0
    for i in range(1, len(x)):
        total += (w * x[i] + b - y[i]) ** 2
    return total / len(x)
