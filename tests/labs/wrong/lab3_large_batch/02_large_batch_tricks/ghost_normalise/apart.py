# says: stand apart
def ghost_normalise(x, ghost_size, eps=1e-5):
    out, count = torch.empty_like(x), -(-len(x) // ghost_size)
    for first in range(count):
        ghost = x[first::count]
        var, mean = torch.var_mean(ghost, dim=(0, 2, 3), correction=0, keepdim=True)
        out[first::count] = (ghost - mean) / torch.sqrt(var + eps)
    return out
