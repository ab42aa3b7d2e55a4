# says: B is missing below S^2
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    S2 = np.var(gradients, axis=0, ddof=1).sum()
    return S2 * (1 - batch_size / n)
