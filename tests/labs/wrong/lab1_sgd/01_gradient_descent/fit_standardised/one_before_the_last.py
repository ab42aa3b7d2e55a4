# says: the step before the last
def fit_standardised(line, lr, steps):
    m, s = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - m) / s), lr, steps=steps)
    return path.w[steps - 1] / s, path.b[steps - 1] - path.w[steps - 1] * m / s
