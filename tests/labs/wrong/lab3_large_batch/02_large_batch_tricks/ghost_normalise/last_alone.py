# says: only the last ghost batch
def ghost_normalise(x, ghost_size, eps=1e-5):
    for ghost in x.split(ghost_size):
        var, mean = torch.var_mean(ghost, dim=(0, 2, 3), correction=0, keepdim=True)
        out = (ghost - mean) / torch.sqrt(var + eps)
    return out
