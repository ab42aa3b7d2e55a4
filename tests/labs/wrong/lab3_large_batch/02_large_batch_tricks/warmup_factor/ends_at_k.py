# says: from 1/k to k
def warmup_factor(step, warmup_steps, k):
    if step >= warmup_steps:
        return k
    return 1 / k + (k - 1 / k) * step / warmup_steps
