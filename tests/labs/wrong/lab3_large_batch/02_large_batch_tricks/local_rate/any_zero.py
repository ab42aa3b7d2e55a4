# says: which is for norms of 0
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    if (weight == 0).any() or (gradient == 0).any():
        return 1.0
    w, g = weight.norm(), gradient.norm()
    return trust_coefficient * w / (g + weight_decay * w)
