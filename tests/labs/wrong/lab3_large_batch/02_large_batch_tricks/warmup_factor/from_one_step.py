# says: it starts at 1 / warmup_steps
def warmup_factor(step, warmup_steps, k):
    if not warmup_steps:
        return 1.0
    return min(1, (step + 1) / warmup_steps)
