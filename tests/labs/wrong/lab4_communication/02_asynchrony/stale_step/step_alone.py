# says: give the weights after it
def stale_step(weights, gradient, staleness, lr):
    return -lr / max(1, staleness) * gradient
