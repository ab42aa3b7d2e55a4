# says: math.sqrt takes a single number
def ghost_normalise(x, ghost_size, eps=1e-5):
    parts = []
    for ghost in x.split(ghost_size):
        import math
        var, mean = torch.var_mean(ghost, dim=(0, 2, 3), correction=0, keepdim=True)
        parts.append((ghost - mean) / math.sqrt(var + eps))
    return torch.cat(parts)
