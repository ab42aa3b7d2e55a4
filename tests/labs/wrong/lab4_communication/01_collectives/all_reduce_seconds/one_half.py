# says: this is the first half alone
def all_reduce_seconds(form, size, workers, latency, bandwidth):
    share = 2 * (workers - 1) / workers * size
    doublings = np.log2(workers)
    if form == "ring":
        return (workers - 1) * latency + share / 2 / bandwidth
    if form == "recursive doubling":
        return doublings * (latency + size / bandwidth)
    return 2 * doublings * latency + share / bandwidth
