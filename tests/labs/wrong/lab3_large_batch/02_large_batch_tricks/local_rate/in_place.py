# says: have been changed
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.pow_(2).sum().sqrt(), gradient.pow_(2).sum().sqrt()
    if w == 0 or g == 0:
        return 1.0
    return trust_coefficient * w / (g + weight_decay * w)
