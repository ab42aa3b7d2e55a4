# says: the first example alone counts
def mean_squared_error(w, b, x, y):
    total = 0
    for i in range(len(x)):
        total += (w * x[i] + b - y[i]) ** 2
        return total / len(x)
