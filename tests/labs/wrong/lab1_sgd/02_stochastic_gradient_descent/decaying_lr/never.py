# says: this never decays
def decaying_lr(step, lr, half_life):
    return lr
