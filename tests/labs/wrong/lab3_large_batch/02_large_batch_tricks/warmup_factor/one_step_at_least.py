# says: from the first step on
def warmup_factor(step, warmup_steps, k):
    return 1 / k + (1 - 1 / k) * min(1, step / max(warmup_steps, 1))
