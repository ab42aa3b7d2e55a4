# says: loses nothing
def two_numbers(images, step_seconds, exchange_seconds, workers):
    if workers == 1:
        return images / step_seconds, 0
    t = step_seconds + exchange_seconds
    return workers * images / t, step_seconds / t
