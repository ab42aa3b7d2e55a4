# says: this is an exponential
def decaying_lr(step, lr, half_after):
    return lr * np.exp(-step / half_after)
