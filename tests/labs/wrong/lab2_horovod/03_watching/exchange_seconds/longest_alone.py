# says: they travel one after the other
def exchange_seconds(messages, workers, latency, bandwidth):
    rounds = 2 * (workers - 1)
    return max((rounds * (latency + size / (workers * bandwidth)) for size in messages), default=0)
