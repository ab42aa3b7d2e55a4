# says: hand `rng` on
def sgd(x, y, lr, batch_size, epochs, rng):
    rng = np.random.default_rng(0)
    w, b = 0.0, 0.0
    path = [(w, b)]
    for _ in range(epochs):
        for batch in batches(len(x), batch_size, rng):
            error = w * x[batch] + b - y[batch]
            w, b = w - lr * 2 * np.mean(error * x[batch]), b - lr * 2 * np.mean(error)
            path.append((w, b))
    return np.array(path)
