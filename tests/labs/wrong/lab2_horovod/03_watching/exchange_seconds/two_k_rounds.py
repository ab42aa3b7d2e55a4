# says: this has 2 K rounds
def exchange_seconds(messages, workers, latency, bandwidth):
    return sum(2 * workers * (latency + m / (workers * bandwidth)) for m in messages)
