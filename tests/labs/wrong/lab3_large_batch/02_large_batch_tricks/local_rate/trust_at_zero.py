# says: this is the trust coefficient
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(), gradient.norm()
    if w == 0 or g == 0:
        return trust_coefficient
    return trust_coefficient * w / (g + weight_decay * w)
