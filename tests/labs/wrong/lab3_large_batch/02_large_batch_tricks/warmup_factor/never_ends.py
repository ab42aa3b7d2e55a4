# says: it goes on rising
def warmup_factor(step, warmup_steps, k):
    return 1 / k + (1 - 1 / k) * step / warmup_steps
