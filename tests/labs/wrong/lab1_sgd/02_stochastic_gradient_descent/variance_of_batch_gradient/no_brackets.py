# says: brackets are missing around n - 1
def variance_of_batch_gradient(gradients, batch_size):
    n = len(gradients)
    S2 = np.sum((gradients - gradients.mean(axis=0))**2) / n - 1
    return S2 / batch_size * (1 - batch_size / n)
