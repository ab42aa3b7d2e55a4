# says: K times the bytes travel
def exchange_seconds(messages, workers, latency, bandwidth):
    return sum(2 * (workers - 1) * latency + workers * size / bandwidth for size in messages)
