# says: the learning rate is missing
def stale_step(weights, gradient, staleness, lr):
    return weights - gradient / max(1, staleness)
