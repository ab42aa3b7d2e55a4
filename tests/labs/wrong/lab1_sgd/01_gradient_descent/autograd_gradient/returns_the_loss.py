# says: the gradient stands in w.grad
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    return loss
