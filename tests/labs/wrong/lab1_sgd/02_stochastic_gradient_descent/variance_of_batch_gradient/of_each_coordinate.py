# says: a variance for each coordinate
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    S2 = np.var(gradients, axis=0, ddof=1)
    return S2 / batch_size * (1 - batch_size / n)
