# says: this does not depend on the number of draws
def never_drawn(count, draws):
    return (1 - 1 / count) ** count
