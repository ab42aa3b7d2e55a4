# says: this grows with the updates
def decaying_lr(step, lr, half_after):
    return lr * (1 + step / half_after)
