# says: expected
def fit_link(sizes, seconds, workers):
    latency = seconds[0] / (2 * (workers - 1))
    return latency, 2 * (workers - 1) / workers * sizes[-1] / seconds[-1]
