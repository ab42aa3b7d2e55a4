# says: the latency counts once for the step
def exchange_seconds(messages, workers, alpha, beta):
    turns = 2 * (workers - 1)
    return turns * (alpha + sum(messages) / (workers * beta))
