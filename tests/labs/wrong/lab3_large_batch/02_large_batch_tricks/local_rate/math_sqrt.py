# says: math.sqrt takes a single number
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    import math
    w, g = math.sqrt(weight ** 2), math.sqrt(gradient ** 2)
    if w == 0 or g == 0:
        return 1.0
    return trust_coefficient * w / (g + weight_decay * w)
