# says: milliseconds are thousandths of a second
def gigabits_needed(megabytes, milliseconds, workers):
    return 8 * 2 * (workers - 1) / workers * megabytes / milliseconds / 1000
