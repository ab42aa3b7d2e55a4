# says: the two are swapped
def two_numbers(images, step_seconds, exchange_seconds, workers):
    took = step_seconds + exchange_seconds
    return step_seconds / took, workers * images / took
