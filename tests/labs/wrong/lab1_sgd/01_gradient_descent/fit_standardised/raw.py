# says: the inputs were taken as they come
def fit_standardised(line, lr, steps):
    path = descend(line, lr, steps=steps)
    return path.w[-1], path.b[-1]
