# says: this is the share that was drawn
def never_drawn(count, draws):
    return 1 - (1 - 1 / count) ** draws
