# says: w or b has moved
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    ((w * x + b - y) ** 2).mean().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
    return w.grad, b.grad
