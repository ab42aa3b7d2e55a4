# says: not always 4 workers
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    return 4 * images / t, step_seconds / t
