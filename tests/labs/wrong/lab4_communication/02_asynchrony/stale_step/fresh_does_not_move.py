# says: a fresh gradient gets the whole rate
def stale_step(weights, gradient, staleness, lr):
    return weights - (lr / staleness if staleness else 0) * gradient
