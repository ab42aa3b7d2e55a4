# says: half only after twice half_after
def decaying_lr(step, lr, half_after):
    return lr / (1 + step / (2 * half_after))
