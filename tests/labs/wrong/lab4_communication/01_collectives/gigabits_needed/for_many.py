# says: 32 send 2 x 31 / 32
def gigabits_needed(megabytes, milliseconds, workers):
    return 8 * 2 * megabytes / milliseconds
