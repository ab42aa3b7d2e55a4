# says: leave it out there
def autograd_gradient(w, b, x, y):
    loss = ((w * x + b - y) ** 2).mean().item()
    loss.backward()
    return w.grad, b.grad
