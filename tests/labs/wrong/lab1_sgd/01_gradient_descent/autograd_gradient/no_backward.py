# says: call loss.backward() before you read them
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    ((w * x + b - y) ** 2).mean()
    return w.grad, b.grad
