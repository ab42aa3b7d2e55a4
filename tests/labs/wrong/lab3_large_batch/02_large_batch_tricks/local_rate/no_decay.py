# says: the weight decay is missing below
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(), gradient.norm()
    return trust_coefficient * w / g if w > 0 and g > 0 else 1.0
