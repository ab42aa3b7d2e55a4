# says: the two are swapped
def fit_standardised(line, lr, steps):
    m, s = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - m) / s), lr, steps=steps)
    return path.b[-1] - path.w[-1] * m / s, path.w[-1] / s
