# says: no image would be missing if none came twice
def never_drawn(count, draws):
    return max(0.0, 1 - draws / count)
