# says: the exchange is missing
def two_numbers(images, step_seconds, exchange_seconds, workers):
    return workers * images / step_seconds, 1.0
