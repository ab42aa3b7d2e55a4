# says: trust coefficient below
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(), gradient.norm()
    if w == 0 or g == 0:
        return 1.0
    return (g + weight_decay * w) / (trust_coefficient * w)
