# says: the sums must go around as well
def gigabits_needed(megabytes, milliseconds, workers):
    return 8 * (workers - 1) / workers * megabytes / milliseconds
