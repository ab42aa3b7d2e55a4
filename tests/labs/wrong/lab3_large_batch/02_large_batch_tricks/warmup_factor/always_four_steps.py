# says: not always have 4 steps
def warmup_factor(step, warmup_steps, k):
    if step >= 4:
        return 1.0
    return 1 / k + (1 - 1 / k) * step / 4
