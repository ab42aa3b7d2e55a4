# says: The brackets are missing
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    loss = ((w * x + b - y) ** 2).mean
    loss.backward()
    return w.grad, b.grad
