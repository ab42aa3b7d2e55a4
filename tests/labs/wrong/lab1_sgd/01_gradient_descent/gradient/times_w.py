# says: the slope along w has its x
def gradient(w, b, x, y):
    error = w * x + b - y
    return 2 * np.mean(error) * w, 2 * np.mean(error)
