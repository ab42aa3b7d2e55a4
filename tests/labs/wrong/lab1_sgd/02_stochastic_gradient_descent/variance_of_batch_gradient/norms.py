# says: without being squared
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    d = np.linalg.norm(gradients - gradients.mean(axis=0), axis=1)
    return np.sum(d) / (n - 1) / batch_size * (1 - batch_size / n)
