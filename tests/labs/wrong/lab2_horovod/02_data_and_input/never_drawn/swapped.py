# says: the two are swapped
def never_drawn(count, draws):
    return (1 - 1 / draws) ** count
