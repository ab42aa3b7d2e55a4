# says: where the loss does not use that weight
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    ((w * x - y) ** 2).mean().backward()
    return w.grad.item(), b.grad.item()
