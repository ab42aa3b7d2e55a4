# says: the bandwidth is in bytes
def exchange_seconds(messages, workers, latency, bandwidth):
    r = 2 * (workers - 1)
    return sum(r * (latency + 8 * m / (workers * bandwidth)) for m in messages)
