# says: Gradients must go through
def ghost_normalise(x, ghost_size, eps=1e-5):
    parts = []
    with torch.no_grad():
        for ghost in x.split(ghost_size):
            var, mean = torch.var_mean(ghost, dim=(0, 2, 3), correction=0, keepdim=True)
            parts.append((ghost - mean) / torch.sqrt(var + eps))
    return torch.cat(parts)
