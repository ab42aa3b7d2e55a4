# says: step is multiplied by half_after
def decaying_lr(step, lr, half_after):
    return lr / (1 + step * half_after)
