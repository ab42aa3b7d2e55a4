# says: a ring needs them twice, to add up and to hand round
def exchange_seconds(messages, workers, alpha, beta):
    return sum((workers - 1) * (alpha + size / (workers * beta)) for size in messages)
