# says: this falls as 1/B^2
def variance_of_batch_gradient(gradients, batch_size):
    count = len(gradients)
    differences = gradients - gradients.mean(axis=0)
    return np.sum(differences**2) / (count - 1) / batch_size**2 * (1 - batch_size / count)
