# says: 1 // count is 0
def never_drawn(count, draws):
    return (1 - 1 // count) ** draws
