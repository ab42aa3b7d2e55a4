# says: this halves again every 100 updates
def decaying_lr(step, lr, half_after):
    return lr * 0.5 ** (step / half_after)
