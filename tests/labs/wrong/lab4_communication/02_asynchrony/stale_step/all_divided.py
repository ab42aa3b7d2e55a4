# says: the weights are divided as well
def stale_step(weights, gradient, staleness, lr):
    return (weights - lr * gradient) / max(1, staleness)
