# says: b.grad still held the first call's gradient
def autograd_gradient(w, b, x, y):
    w.grad = None
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    return w.grad.item(), b.grad.item()
