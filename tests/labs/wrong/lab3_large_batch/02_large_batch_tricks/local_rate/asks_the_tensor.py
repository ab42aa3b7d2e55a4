# says: neither true nor false
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    if weight == 0 or gradient == 0:
        return 1.0
    w, g = weight.norm(), gradient.norm()
    return trust_coefficient * w / (g + weight_decay * w)
