# says: below in the images
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    return workers * images / step_seconds + exchange_seconds, step_seconds / t
