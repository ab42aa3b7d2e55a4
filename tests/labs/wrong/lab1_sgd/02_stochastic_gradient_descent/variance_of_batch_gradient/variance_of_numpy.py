# says: the correction is missing, and the sum is divided by n
def variance_of_batch_gradient(gradients, batch_size):
    count = len(gradients)
    differences = gradients - gradients.mean(axis=0)
    return np.var(gradients, axis=0).sum() / batch_size
