# says: n is the number of examples, the rows
def variance_of_batch_gradient(gradients, batch_size):
    n = gradients.size
    d = gradients - gradients.mean(axis=0)
    return np.sum(d**2) / (n - 1) / batch_size * (1 - batch_size / n)
