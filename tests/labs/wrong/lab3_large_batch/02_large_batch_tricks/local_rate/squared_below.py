# says: squared below
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(), gradient.norm()
    if w == 0 or g == 0:
        return 1.0
    return trust_coefficient * w / (g ** 2 + weight_decay * w ** 2)
