# says: the norms are squared
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = (weight**2).sum(), (gradient**2).sum()
    return trust_coefficient * w / (g + weight_decay * w) if w > 0 and g > 0 else 1.0
