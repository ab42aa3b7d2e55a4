# says: every epoch uses the same batches
def sgd(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    path = [(w, b)]
    epoch = list(batches(len(x), batch_size, rng))
    for _ in range(epochs):
        for batch in epoch:
            error = w * x[batch] + b - y[batch]
            dw, db = 2 * np.mean(error * x[batch]), 2 * np.mean(error)
            w, b = w - lr * dw, b - lr * db
            path.append((w, b))
    return np.array(path)
