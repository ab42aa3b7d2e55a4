# says: this is the standard deviation
def variance_of_batch_gradient(gradients, batch_size):
    count = len(gradients)
    differences = gradients - gradients.mean(axis=0)
    return np.sqrt(np.sum(differences**2) / (count - 1) / batch_size * (1 - batch_size / count))
