# says: the second time is too many
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    loss.backward()
    return w.grad, b.grad
