# says: Got None
def decaying_lr(step, lr, half_after):
    rate = lr / (1 + step / half_after)
