# says: the deviation divides twice
def fit_standardised(line, lr, steps):
    m, s = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - m) / s), lr, steps=steps)
    w = path.w[-1] / s
    return w, path.b[-1] - w * m / s
