# says: a ring needs them twice, to add up and to hand round
def exchange_seconds(messages, workers, latency, bandwidth):
    return sum((workers - 1) * (latency + size / (workers * bandwidth)) for size in messages)
