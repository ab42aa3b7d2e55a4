# says: the computing shared out
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds / workers + exchange_seconds
    return images / t, step_seconds / workers / t
