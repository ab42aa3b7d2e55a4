# says: it falls from 1 to 1/k
def warmup_factor(step, warmup_steps, k):
    if step >= warmup_steps:
        return 1 / k
    return 1 - (1 - 1 / k) * step / warmup_steps
