# says: not divided by the images per second of one
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    together = workers * images / t
    return together, together / workers
