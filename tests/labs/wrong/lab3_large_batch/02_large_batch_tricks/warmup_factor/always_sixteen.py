# says: k is not always 16
def warmup_factor(step, warmup_steps, k):
    if step >= warmup_steps:
        return 1.0
    return 1 / 16 + (1 - 1 / 16) * step / warmup_steps
