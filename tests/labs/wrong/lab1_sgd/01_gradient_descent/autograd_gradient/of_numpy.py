# says: PyTorch has not found them
def autograd_gradient(w, b, x, y):
    return gradient(w.item(), b.item(), x.numpy(), y.numpy())
