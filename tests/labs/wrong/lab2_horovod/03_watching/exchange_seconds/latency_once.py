# says: the latency counts once for the step
def exchange_seconds(messages, workers, latency, bandwidth):
    rounds = 2 * (workers - 1)
    return rounds * (latency + sum(messages) / (workers * bandwidth))
