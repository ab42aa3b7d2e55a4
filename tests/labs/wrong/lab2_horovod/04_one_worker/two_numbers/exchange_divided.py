# says: wait for all of it
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds / workers
    return workers * images / t, step_seconds / t
