# says: brackets are missing below
def two_numbers(images, step_seconds, exchange_seconds, workers):
    return workers * images / step_seconds + exchange_seconds, step_seconds / step_seconds + exchange_seconds
