# says: reset them before it, not after
def autograd_gradient(w, b, x, y):
    ((w * x + b - y) ** 2).mean().backward()
    w.grad = b.grad = None
    return w.grad, b.grad
