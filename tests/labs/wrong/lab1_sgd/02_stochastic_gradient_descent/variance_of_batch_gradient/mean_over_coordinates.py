# says: this is the mean over the coordinates
def variance_of_batch_gradient(gradients, batch_size):
    count = len(gradients)
    differences = gradients - gradients.mean(axis=0)
    spread = np.sum(differences**2, axis=0).mean() / (count - 1)
    return spread / batch_size * (1 - batch_size / count)
