# says: the workers are missing
def two_numbers(images, step_seconds, exchange_seconds, workers):
    took = step_seconds + exchange_seconds
    return images / took, step_seconds / took
