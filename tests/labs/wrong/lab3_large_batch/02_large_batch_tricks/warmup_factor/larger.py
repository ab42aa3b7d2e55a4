# says: it is 1 from the start
def warmup_factor(step, warmup_steps, k):
    if warmup_steps == 0:
        return 1.0
    return max(1.0, 1 / k + (1 - 1 / k) * step / warmup_steps)
