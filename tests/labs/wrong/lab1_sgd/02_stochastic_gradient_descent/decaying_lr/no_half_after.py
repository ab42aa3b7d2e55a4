# says: half_after is missing
def decaying_lr(step, lr, half_after):
    return lr / (1 + step)
