# says: that is layer norm
def ghost_normalise(x, ghost_size, eps=1e-5):
    var, mean = torch.var_mean(x, dim=(1, 2, 3), correction=0, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)
