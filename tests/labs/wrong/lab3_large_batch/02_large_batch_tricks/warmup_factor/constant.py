# says: it is constant until the end
def warmup_factor(step, warmup_steps, k):
    return 1 / k if step < warmup_steps else 1.0
