# says: a row is a point
def sgd(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    ws, bs = [w], [b]
    for _ in range(epochs):
        for batch in batches(len(x), batch_size, rng):
            error = w * x[batch] + b - y[batch]
            w, b = w - lr * 2 * np.mean(error * x[batch]), b - lr * 2 * np.mean(error)
            ws.append(w)
            bs.append(b)
    return np.array([ws, bs])
