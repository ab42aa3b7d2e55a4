# says: return the efficiency with it
def two_numbers(images, step_seconds, exchange_seconds, workers):
    return workers * images / (step_seconds + exchange_seconds)
