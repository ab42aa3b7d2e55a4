# says: weight decay and trust coefficient are swapped
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(), gradient.norm()
    if w == 0 or g == 0:
        return 1.0
    return weight_decay * w / (g + trust_coefficient * w)
