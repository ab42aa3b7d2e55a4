# says: this is the plain sum
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.sum(), gradient.sum()
    if w == 0 or g == 0:
        return 1.0
    return trust_coefficient * w / (g + weight_decay * w)
