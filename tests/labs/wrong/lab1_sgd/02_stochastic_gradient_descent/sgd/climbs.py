# says: this climbs
def sgd(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    path = [(w, b)]
    for _ in range(epochs):
        for batch in batches(len(x), batch_size, rng):
            error = w * x[batch] + b - y[batch]
            dw, db = 2 * np.mean(error * x[batch]), 2 * np.mean(error)
            w, b = w + lr * dw, b + lr * db
            path.append((w, b))
    return np.array(path)
