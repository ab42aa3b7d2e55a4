# says: this is squared
def decaying_lr(step, lr, half_after):
    return lr / (1 + step / half_after) ** 2
