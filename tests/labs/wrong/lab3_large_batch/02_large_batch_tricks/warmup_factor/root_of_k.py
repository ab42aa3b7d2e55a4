# says: it starts too high
def warmup_factor(step, warmup_steps, k):
    if step >= warmup_steps:
        return 1.0
    return 1 / k ** 0.5 + (1 - 1 / k ** 0.5) * step / warmup_steps
