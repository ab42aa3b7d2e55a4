# says: there are log2 N rounds each way
def all_reduce_seconds(form, size, workers, latency, bandwidth):
    share = 2 * (workers - 1) / workers * size
    doublings = np.log2(workers)
    if form == "ring":
        return 2 * (workers - 1) * latency + share / bandwidth
    if form == "recursive doubling":
        return doublings * (latency + size / bandwidth)
    return doublings * latency + share / bandwidth
