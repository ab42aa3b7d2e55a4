# says: take the last, as path.w[-1]
def fit_standardised(line, lr, steps):
    m, s = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - m) / s), lr, steps=steps)
    return path.w / s, path.b - path.w * m / s
