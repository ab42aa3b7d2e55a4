# says: they compute at the same time
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds * workers + exchange_seconds
    return workers * images / t, step_seconds / t
