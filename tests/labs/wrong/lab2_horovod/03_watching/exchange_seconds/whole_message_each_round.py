# says: in a ring each round carries a K-th of it
def exchange_seconds(messages, workers, latency, bandwidth):
    return sum(2 * (workers - 1) * (latency + size / bandwidth) for size in messages)
