# says: not once all of it
def gigabits_needed(megabytes, milliseconds, workers):
    return 8 * megabytes / milliseconds
