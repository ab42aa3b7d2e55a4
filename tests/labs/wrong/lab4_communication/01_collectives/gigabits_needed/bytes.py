# says: a byte has 8 bits
def gigabits_needed(megabytes, milliseconds, workers):
    return 2 * (workers - 1) / workers * megabytes / milliseconds
