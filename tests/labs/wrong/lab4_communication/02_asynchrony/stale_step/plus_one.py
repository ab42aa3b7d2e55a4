# says: staleness + 1
def stale_step(weights, gradient, staleness, lr):
    return weights - lr / (1 + staleness) * gradient
