# says: still has its noise in it
def gradient_noise_scale(small, large, batch_small, batch_large):
    noise = (small.mean() - large.mean()) / (1 / batch_small - 1 / batch_large)
    return noise / large.mean()
