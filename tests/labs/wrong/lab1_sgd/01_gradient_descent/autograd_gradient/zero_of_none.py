# says: To reset, write w.grad = None
def autograd_gradient(w, b, x, y):
    w.grad.zero_()
    b.grad.zero_()
    ((w * x + b - y) ** 2).mean().backward()
    return w.grad.item(), b.grad.item()
