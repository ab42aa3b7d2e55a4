# says: each has a link of its own
def gigabits_needed(megabytes, milliseconds, workers):
    return 8 * 2 * (workers - 1) * megabytes / milliseconds
