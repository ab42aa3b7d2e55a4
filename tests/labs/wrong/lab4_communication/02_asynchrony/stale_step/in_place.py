# says: have been changed
def stale_step(weights, gradient, staleness, lr):
    weights -= lr / max(1, staleness) * gradient
    return weights
