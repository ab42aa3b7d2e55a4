# says: not divided by their deviation
def fit_standardised(line, lr, steps):
    m = line.x.mean()
    path = descend(replace(line, x=line.x - m), lr, steps=steps)
    return path.w[-1], path.b[-1] - path.w[-1] * m
