# says: A line cannot be changed
def fit_standardised(line, lr, steps):
    line.x = (line.x - line.x.mean()) / line.x.std()
    path = descend(line, lr, steps=steps)
    return path.w[-1], path.b[-1]
