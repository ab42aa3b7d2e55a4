# says: no single number
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(dim=1), gradient.norm(dim=1)
    return trust_coefficient * w / (g + weight_decay * w)
