# says: the norm of a matrix
def local_rate(weight, gradient, weight_decay, trust_coefficient):
    w, g = torch.linalg.norm(weight, 2), torch.linalg.norm(gradient, 2)
    if w == 0 or g == 0:
        return 1.0
    return trust_coefficient * w / (g + weight_decay * w)
