# says: would divide by 0
def stale_step(weights, gradient, staleness, lr):
    return weights - lr / np.float64(staleness) * gradient
