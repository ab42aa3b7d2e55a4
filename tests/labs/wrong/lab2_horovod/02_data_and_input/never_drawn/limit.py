# says: this is the limit for very many images; with 10
def never_drawn(count, draws):
    return np.exp(-draws / count)
