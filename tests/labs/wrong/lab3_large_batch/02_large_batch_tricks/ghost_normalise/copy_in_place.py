# says: changed in place
def ghost_normalise(x, ghost_size, eps=1e-5):
    parts = []
    for ghost in x.split(ghost_size):
        ghost = ghost.clone()
        var, mean = torch.var_mean(ghost, dim=(0, 2, 3), correction=0, keepdim=True)
        ghost -= mean
        ghost /= torch.sqrt(var + eps)
        parts.append(ghost)
    return torch.cat(parts)
