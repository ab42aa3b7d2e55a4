# says: with S^2 it is 1 - B/n
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    S2 = np.var(gradients, axis=0, ddof=1).sum()
    return S2 / batch_size * (n - batch_size) / (n - 1)
