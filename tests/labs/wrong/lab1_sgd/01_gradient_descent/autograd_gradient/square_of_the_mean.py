# says: square first, then take the mean
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    loss = (w * x + b - y).mean() ** 2
    loss.backward()
    return w.grad, b.grad
