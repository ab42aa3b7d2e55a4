# says: this halves once and then stays
def decaying_lr(step, lr, half_after):
    return lr if step < half_after else lr / 2
