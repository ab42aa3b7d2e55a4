# says: this is the share of the exchange
def two_numbers(images, step_seconds, exchange_seconds, workers):
    t = step_seconds + exchange_seconds
    return workers * images / t, exchange_seconds / t
