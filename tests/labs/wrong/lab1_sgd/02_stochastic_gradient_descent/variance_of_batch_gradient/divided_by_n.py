# says: must be n - 1
def variance_of_batch_gradient(gradients, batch_size):
    count = len(gradients)
    differences = gradients - gradients.mean(axis=0)
    return np.sum(differences**2) / count / batch_size * (1 - batch_size / count)
