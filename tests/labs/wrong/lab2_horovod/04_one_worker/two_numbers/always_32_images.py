# says: not always 32 images
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    return workers * 32 / t, step_seconds / t
