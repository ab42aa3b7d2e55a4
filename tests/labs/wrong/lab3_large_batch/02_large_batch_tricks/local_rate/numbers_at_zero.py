# says: could never leave it
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = float(weight.norm()), float(gradient.norm())
    return trust_coefficient * w / (g + weight_decay * w)
