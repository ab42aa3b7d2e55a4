# says: only one epoch is made
def sgd(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    path = [(w, b)]
    for batch in batches(len(x), batch_size, rng):
        error = w * x[batch] + b - y[batch]
        w, b = w - lr * 2 * np.mean(error * x[batch]), b - lr * 2 * np.mean(error)
        path.append((w, b))
    return np.array(path)
