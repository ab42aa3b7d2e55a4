# says: were changed, as -= and /= do
def fit_standardised(line, lr, steps):
    x = line.x
    m, s = x.mean(), x.std()
    x -= m
    x /= s
    path = descend(line, lr, steps=steps)
    return path.w[-1] / s, path.b[-1] - path.w[-1] * m / s
