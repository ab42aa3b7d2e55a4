# says: K times the bytes travel
def exchange_seconds(messages, workers, alpha, beta):
    return sum(2 * (workers - 1) * alpha + workers * size / beta for size in messages)
