# says: it has nobody to exchange with
def two_numbers(images, step_seconds, exchange_seconds, workers):
    took = step_seconds + exchange_seconds
    together = workers * images / took
    return together, together / (workers * images / took)
