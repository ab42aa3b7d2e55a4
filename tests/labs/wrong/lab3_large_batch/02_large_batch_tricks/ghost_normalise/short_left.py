# says: comes out as it was
def ghost_normalise(x, ghost_size, eps=1e-5):
    out = x.clone()
    for i in range(len(x) // ghost_size):
        g = x[i * ghost_size : (i + 1) * ghost_size]
        var, mean = torch.var_mean(g, dim=(0, 2, 3), correction=0, keepdim=True)
        out[i * ghost_size : (i + 1) * ghost_size] = (g - mean) / (var + eps) ** 0.5
    return out
