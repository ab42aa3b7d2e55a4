# says: the efficiency is in per cent
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    return workers * images / t, 100 * step_seconds / t
