# says: this is the speed-up
def two_numbers(images, step_seconds, exchange_seconds, workers):
    together = workers * images / (step_seconds + exchange_seconds)
    return together, together / (images / step_seconds)
