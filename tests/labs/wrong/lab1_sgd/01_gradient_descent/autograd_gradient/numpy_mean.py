# says: take the tensor's own
def autograd_gradient(w, b, x, y):
    w.grad = b.grad = None
    loss = np.mean((w * x + b - y) ** 2)
    loss.backward()
    return w.grad.item(), b.grad.item()
