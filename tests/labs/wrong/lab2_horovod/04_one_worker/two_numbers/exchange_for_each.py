# says: they exchange at the same time
def two_numbers(images, step_seconds, exchange_seconds, workers):
    took = step_seconds + workers * exchange_seconds
    return workers * images / took, step_seconds / took
