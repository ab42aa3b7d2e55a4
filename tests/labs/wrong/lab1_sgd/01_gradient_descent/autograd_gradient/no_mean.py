# says: `backward` begins at one number
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    loss = (w * x + b - y) ** 2
    loss.backward()
    return w.grad, b.grad
