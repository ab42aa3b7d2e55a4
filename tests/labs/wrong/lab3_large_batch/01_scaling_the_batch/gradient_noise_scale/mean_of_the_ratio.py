# says: divided step by step
def gradient_noise_scale(small, large, batch_small, batch_large):
    r = (small / large).mean()
    return (r - 1) / (1 / batch_small - r / batch_large)
