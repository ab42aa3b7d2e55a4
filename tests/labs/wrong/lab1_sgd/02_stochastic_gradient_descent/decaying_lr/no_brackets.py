# says: lr is divided by 1 alone
def decaying_lr(step, lr, half_after):
    return lr / 1 + step / half_after
