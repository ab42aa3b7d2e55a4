# says: Step 0 divides by zero
def warmup_factor(step, warmup_steps, k):
    if step >= warmup_steps:
        return 1.0
    return 1 / k + (1 - 1 / k) * warmup_steps / step
