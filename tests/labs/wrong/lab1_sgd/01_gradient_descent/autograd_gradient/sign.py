# says: the sign is turned round
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    ((w * x + b - y) ** 2).mean().backward()
    return -w.grad, -b.grad
