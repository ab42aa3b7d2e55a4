# says: could never leave it; give 1
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(), gradient.norm()
    return trust_coefficient * w / (g + weight_decay * w)
