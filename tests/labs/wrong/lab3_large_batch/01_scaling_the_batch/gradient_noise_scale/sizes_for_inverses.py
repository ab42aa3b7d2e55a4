# says: multiplied by B - b
def gradient_noise_scale(small, large, batch_small, batch_large):
    small, large = small.mean(), large.mean()
    noise = (small - large) * (batch_large - batch_small)
    gradient = (batch_large * large - batch_small * small) / (batch_large - batch_small)
    return noise / gradient
