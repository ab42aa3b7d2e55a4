# says: the staleness plays no part
def stale_step(weights, gradient, staleness, lr):
    return weights - lr * gradient
