# says: this is the sum over the examples
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    loss = ((w * x + b - y) ** 2).sum()
    loss.backward()
    return w.grad.item(), b.grad.item()
