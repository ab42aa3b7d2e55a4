# says: this is tr(Sigma) alone
def gradient_noise_scale(small, large, batch_small, batch_large):
    return (small.mean() - large.mean()) / (1 / batch_small - 1 / batch_large)
