# says: by the same factor
def warmup_factor(step, warmup_steps, k):
    if not warmup_steps:
        return 1.0
    return k ** -(1 - min(1, step / warmup_steps))
