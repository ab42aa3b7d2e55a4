# says: the gradients of the first call were still there
def autograd_gradient(w, b, x, y):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    return w.grad.item(), b.grad.item()
