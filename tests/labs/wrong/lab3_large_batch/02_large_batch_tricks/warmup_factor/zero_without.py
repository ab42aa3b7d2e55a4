# says: nothing would ever be learned
def warmup_factor(step, warmup_steps, k):
    if warmup_steps == 0:
        return 0
    return 1 / k + (1 - 1 / k) * min(1, step / warmup_steps)
