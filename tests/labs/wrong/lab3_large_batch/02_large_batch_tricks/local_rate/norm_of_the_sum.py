# says: the paper adds the norms
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(), gradient.norm()
    return trust_coefficient * w / (gradient + weight_decay * weight).norm() if w > 0 and g > 0 else 1.0
