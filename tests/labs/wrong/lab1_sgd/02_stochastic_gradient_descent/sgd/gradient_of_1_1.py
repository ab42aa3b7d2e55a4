# says: is not in this notebook
def sgd(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    path = [(w, b)]
    for _ in range(epochs):
        for batch in batches(len(x), batch_size, rng):
            dw, db = gradient(w, b, x[batch], y[batch])
            w, b = w - lr * dw, b - lr * db
            path.append((w, b))
    return np.array(path)
