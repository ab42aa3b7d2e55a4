# says: on a loss of the very w and b that were given
def autograd_gradient(w, b, x, y):
    w2 = torch.tensor(w, requires_grad=True)
    b2 = torch.tensor(b, requires_grad=True)
    ((w2 * x + b2 - y) ** 2).mean().backward()
    return w.grad, b.grad
