# says: adds up absolute values
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = weight.norm(p=1), gradient.norm(p=1)
    if w == 0 or g == 0:
        return 1.0
    return trust_coefficient * w / (g + weight_decay * w)
