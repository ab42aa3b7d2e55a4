# says: the efficiency is upside down
def two_numbers(images, step_seconds, exchange_seconds, workers):
    return workers * images / (step_seconds + exchange_seconds), (step_seconds + exchange_seconds) / step_seconds
