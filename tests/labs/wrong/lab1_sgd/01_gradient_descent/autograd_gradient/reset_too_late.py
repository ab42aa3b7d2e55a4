# says: the gradients were reset before they were returned
def autograd_gradient(w, b, x, y):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    found = w.grad, b.grad
    w.grad.zero_()
    b.grad.zero_()
    return found
