# says: this is the chance that one draw misses
def never_drawn(count, draws):
    return 1 - 1 / count
