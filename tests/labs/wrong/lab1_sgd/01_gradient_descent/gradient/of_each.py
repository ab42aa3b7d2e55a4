# says: There is still a number for each example
def gradient(w, b, x, y):
    error = w * x + b - y
    return 2 * error * x, 2 * error
