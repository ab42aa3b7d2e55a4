# says: the deviation is missing
def fit_standardised(line, lr, steps):
    mean, deviation = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - mean) / deviation), lr, steps=steps)
    w, b = path.w[-1], path.b[-1]
    return w / deviation, b - w * mean
