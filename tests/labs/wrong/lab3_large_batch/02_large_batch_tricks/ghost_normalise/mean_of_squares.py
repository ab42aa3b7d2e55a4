# says: the mean of the squares
def ghost_normalise(x, ghost_size, eps=1e-5):
    parts = []
    for ghost in x.split(ghost_size):
        mean = ghost.mean((0, 2, 3), keepdim=True)
        var = (ghost ** 2).mean((0, 2, 3), keepdim=True)
        parts.append((ghost - mean) / torch.sqrt(var + eps))
    return torch.cat(parts)
