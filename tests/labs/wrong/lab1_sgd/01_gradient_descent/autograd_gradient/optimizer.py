# says: There is no optimizer here
def autograd_gradient(w, b, x, y):
    optimizer.zero_grad()
    ((w * x + b - y) ** 2).mean().backward()
    return w.grad.item(), b.grad.item()
