# says: it rises from 1 to k
def warmup_factor(step, warmup_steps, k):
    return 1 + (k - 1) * min(1.0, step / warmup_steps) if warmup_steps else 1.0
