# says: take the `lr` that was given
def decaying_lr(step, lr, half_after):
    return 0.4 / (1 + step / half_after)
