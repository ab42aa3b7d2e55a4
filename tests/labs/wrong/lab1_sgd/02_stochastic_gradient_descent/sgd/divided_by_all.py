# says: by the number of all examples
def sgd(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    path = [(w, b)]
    for _ in range(epochs):
        for batch in batches(len(x), batch_size, rng):
            error = w * x[batch] + b - y[batch]
            w, b = w - lr * 2 * np.sum(error * x[batch]) / len(x), b - lr * 2 * np.sum(error) / len(x)
            path.append((w, b))
    return np.array(path)
