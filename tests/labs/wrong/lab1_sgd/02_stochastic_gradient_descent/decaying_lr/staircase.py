# says: this stays level for 100 updates
def decaying_lr(step, lr, half_after):
    return lr / (1 + step // half_after)
