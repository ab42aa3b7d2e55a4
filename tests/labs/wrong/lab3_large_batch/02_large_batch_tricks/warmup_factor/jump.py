# says: it jumps from 1/k
def warmup_factor(step, warmup_steps, k):
    if not warmup_steps:
        return 1.0
    return min(1, max(1 / k, step / warmup_steps))
