# says: a step of length 0 is lost
def warmup_factor(step, warmup_steps, k):
    return min(1.0, step / warmup_steps) if warmup_steps else 1.0
