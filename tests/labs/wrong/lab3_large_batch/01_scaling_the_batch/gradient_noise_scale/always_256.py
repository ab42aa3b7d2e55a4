# says: not always of 256
def gradient_noise_scale(small, large, batch_small, batch_large):
    small, large = small.mean(), large.mean()
    noise = (small - large) / (1 / 256 - 1 / 512)
    gradient = (512 * large - 256 * small) / (512 - 256)
    return noise / gradient
