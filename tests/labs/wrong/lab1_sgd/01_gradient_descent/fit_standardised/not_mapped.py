# says: map both back to the inputs as they were
def fit_standardised(line, lr, steps):
    mean, deviation = line.x.mean(), line.x.std()
    path = descend(replace(line, x=(line.x - mean) / deviation), lr, steps=steps)
    return path.w[-1], path.b[-1]
