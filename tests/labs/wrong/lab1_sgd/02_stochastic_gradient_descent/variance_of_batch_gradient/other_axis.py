# says: the mean of each example
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    d = gradients - gradients.mean(axis=1, keepdims=True)
    return np.sum(d**2) / (n - 1) / batch_size * (1 - batch_size / n)
