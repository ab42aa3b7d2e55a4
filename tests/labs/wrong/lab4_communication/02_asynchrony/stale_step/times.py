# says: to be trusted less
def stale_step(weights, gradient, staleness, lr):
    return weights - lr * max(1, staleness) * gradient
