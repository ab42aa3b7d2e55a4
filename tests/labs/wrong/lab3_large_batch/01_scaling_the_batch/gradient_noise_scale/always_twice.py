# says: not always twice
def gradient_noise_scale(small, large, batch_small, batch_large):
    small, large = small.mean(), large.mean()
    noise = (small - large) * 2 * batch_small
    gradient = 2 * large - small
    return noise / gradient
