# says: below in the efficiency
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    return workers * images / t, step_seconds / step_seconds + exchange_seconds
