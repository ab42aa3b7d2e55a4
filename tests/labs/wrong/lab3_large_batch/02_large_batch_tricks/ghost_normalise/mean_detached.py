# says: does not go through the mean
def ghost_normalise(x, ghost_size, eps=1e-5):
    parts = []
    for ghost in x.split(ghost_size):
        var, mean = torch.var_mean(ghost, dim=(0, 2, 3), correction=0, keepdim=True)
        mean = mean.detach()
        parts.append((ghost - mean) / torch.sqrt(var + eps))
    return torch.cat(parts)
