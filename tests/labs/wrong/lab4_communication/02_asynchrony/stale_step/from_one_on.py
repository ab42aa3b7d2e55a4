# says: a staleness of 1 gets the whole rate
def stale_step(weights, gradient, staleness, lr):
    return weights - lr / (1 if staleness == 0 else max(2, staleness)) * gradient
