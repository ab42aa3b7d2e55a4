# says: w is missing in it
def fit_standardised(line, lr, steps):
    m, s = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - m) / s), lr, steps=steps)
    return path.w[-1] / s, path.b[-1] - m / s
