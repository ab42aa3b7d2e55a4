# says: every one of its 2 (K - 1) rounds pays it
def exchange_seconds(messages, workers, latency, bandwidth):
    return sum(latency + 2 * (workers - 1) / workers * size / bandwidth for size in messages)
