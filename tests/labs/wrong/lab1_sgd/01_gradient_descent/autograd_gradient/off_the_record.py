# says: The loss has lost its way back
def autograd_gradient(w, b, x, y):
    w, b = w.detach(), b.detach()
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    return w.grad, b.grad
