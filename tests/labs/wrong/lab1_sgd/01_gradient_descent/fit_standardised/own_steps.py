# says: only as many steps as
def fit_standardised(line, lr, steps):
    m, s = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - m) / s), lr, steps=100)
    return path.w[-1] / s, path.b[-1] - path.w[-1] * m / s
