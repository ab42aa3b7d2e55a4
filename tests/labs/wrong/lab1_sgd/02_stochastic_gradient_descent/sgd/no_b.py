# says: b is missing in the error
def sgd(x, y, lr, batch_size, epochs, rng):
    point = np.zeros(2)
    path = [point]
    for _ in range(epochs):
        for batch in batches(len(x), batch_size, rng):
            error = point[0] * x[batch] - y[batch]
            point = point - lr * 2 * np.array([np.mean(error * x[batch]), np.mean(error)])
            path.append(point)
    return np.array(path)
