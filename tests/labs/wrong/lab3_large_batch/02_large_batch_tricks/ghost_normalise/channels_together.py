# says: all channels are normalised together
def ghost_normalise(x, ghost_size, eps=1e-5):
    parts = []
    for ghost in x.split(ghost_size):
        parts.append((ghost - ghost.mean()) / torch.sqrt(ghost.var(correction=0) + eps))
    return torch.cat(parts)
