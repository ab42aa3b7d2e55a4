# says: take both slopes first
def sgd(x, y, lr, batch_size, epochs, rng):
    point = np.zeros(2)
    path = [point]
    for _ in range(epochs):
        for batch in batches(len(x), batch_size, rng):
            error = point[0] * x[batch] + point[1] - y[batch]
            point = point - lr * 2 * np.array([np.mean(error * x[batch]), 0])
            error = point[0] * x[batch] + point[1] - y[batch]
            point = point - lr * 2 * np.array([0, np.mean(error)])
            path.append(point)
    return np.array(path)
