# says: in a ring each turn carries a K-th of it
def exchange_seconds(messages, workers, alpha, beta):
    return sum(2 * (workers - 1) * (alpha + size / beta) for size in messages)
