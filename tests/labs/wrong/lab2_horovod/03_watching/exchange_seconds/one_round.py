# says: a single round
def exchange_seconds(messages, workers, latency, bandwidth):
    return sum(latency + m / bandwidth for m in messages)
