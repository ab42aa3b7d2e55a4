# says: counted from 0
def decaying_lr(step, lr, half_after):
    return lr / (1 + (step + 1) / half_after)
