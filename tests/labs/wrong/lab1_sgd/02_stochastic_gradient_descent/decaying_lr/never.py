# says: this never decays
def decaying_lr(step, lr, half_after):
    return lr
