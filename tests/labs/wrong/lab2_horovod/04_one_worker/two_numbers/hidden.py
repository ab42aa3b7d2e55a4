# says: the exchange is missing
def two_numbers(images, step_seconds, exchange_seconds, workers):
    took = max(step_seconds, exchange_seconds)
    return workers * images / took, step_seconds / took
