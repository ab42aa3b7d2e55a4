# says: take the batches from `batches`
def sgd(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    path = [(w, b)]
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            batch = slice(i, i + batch_size)
            error = w * x[batch] + b - y[batch]
            w, b = w - lr * 2 * np.mean(error * x[batch]), b - lr * 2 * np.mean(error)
            path.append((w, b))
    return np.array(path)
