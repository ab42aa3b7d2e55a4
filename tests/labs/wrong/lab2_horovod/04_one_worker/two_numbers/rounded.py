# says: the efficiency is rounded
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    return workers * images / t, round(step_seconds / t, 2)
