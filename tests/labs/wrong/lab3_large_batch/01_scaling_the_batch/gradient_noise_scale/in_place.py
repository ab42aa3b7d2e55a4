# says: has been changed
def gradient_noise_scale(small, large, batch_small, batch_large):
    small -= large
    small /= (1 / batch_small - 1 / batch_large)
    return small.mean() / (large.mean() - small.mean() / batch_large)
