# says: this is the start
def fit_standardised(line, lr, steps):
    m, s = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - m) / s), lr, steps=steps)
    return path.w[0] / s, path.b[0] - path.w[0] * m / s
