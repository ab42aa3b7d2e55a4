# says: the correction is turned round
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    S2 = np.var(gradients, axis=0, ddof=1).sum()
    return S2 / batch_size * (1 - n / batch_size)
