# says: this is in per cent
def never_drawn(count, draws):
    return 100 * (1 - 1 / count) ** draws
