# says: w and b have no zero_grad
def autograd_gradient(w, b, x, y):
    w.zero_grad()
    b.zero_grad()
    ((w * x + b - y) ** 2).mean().backward()
    return w.grad, b.grad
