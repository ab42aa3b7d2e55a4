# says: the mean of all is not subtracted
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    return np.sum(gradients**2) / (n - 1) / batch_size * (1 - batch_size / n)
