# says: it would arrive a step late
def warmup_factor(step, warmup_steps, k):
    if step >= warmup_steps:
        return 1.0
    return 1 / k + (1 - 1 / k) * step / (warmup_steps + 1)
