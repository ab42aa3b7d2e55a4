# says: what is added to 1
def decaying_lr(step, lr, half_after):
    return lr / (1 - step / half_after)
