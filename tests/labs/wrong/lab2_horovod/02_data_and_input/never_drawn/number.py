# says: this is the number of images
def never_drawn(count, draws):
    return count * (1 - 1 / count) ** draws
