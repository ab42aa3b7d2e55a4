# says: this is the gradient alone
def per_image(weights, batch_size, workers, passes, number_bytes=4):
    return batch_size * workers * passes, weights * number_bytes / (batch_size * passes)
