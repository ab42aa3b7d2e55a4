# says: the root of the staleness
def stale_step(weights, gradient, staleness, lr):
    return weights - lr / max(1, staleness) ** 0.5 * gradient
