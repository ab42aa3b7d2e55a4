# says: return tr(Sigma) / |G|^2 itself
def gradient_noise_scale(small, large, batch_small, batch_large):
    small, large = small.mean(), large.mean()
    noise = (small - large) / (1 / batch_small - 1 / batch_large)
    gradient = (batch_large * large - batch_small * small) / (batch_large - batch_small)
    return (noise / gradient) ** 0.5
