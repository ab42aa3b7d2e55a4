# says: A warmup of no steps divides by zero
def warmup_factor(step, warmup_steps, k):
    return 1 / k + (1 - 1 / k) * min(1.0, step / warmup_steps)
