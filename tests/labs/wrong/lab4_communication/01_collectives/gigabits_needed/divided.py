# says: so multiply
def gigabits_needed(megabytes, milliseconds, workers):
    return 2 * (workers - 1) / 8 / workers * megabytes / milliseconds
