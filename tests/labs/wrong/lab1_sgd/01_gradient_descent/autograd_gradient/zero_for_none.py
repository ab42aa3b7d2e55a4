# says: A gradient cannot be a plain 0
def autograd_gradient(w, b, x, y):
    w.grad = 0
    b.grad = 0
    ((w * x + b - y) ** 2).mean().backward()
    return w.grad, b.grad
