# says: every one of its 2 (K - 1) turns pays it
def exchange_seconds(messages, workers, alpha, beta):
    return sum(alpha + 2 * (workers - 1) / workers * size / beta for size in messages)
