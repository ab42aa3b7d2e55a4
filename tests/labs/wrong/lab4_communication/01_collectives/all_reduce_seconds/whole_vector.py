# says: each round carries one of N pieces, not the whole vector
def all_reduce_seconds(form, size, workers, latency, bandwidth):
    share = 2 * (workers - 1) / workers * size
    doublings = np.log2(workers)
    if form == "ring":
        return 2 * (workers - 1) * (latency + size / bandwidth)
    if form == "recursive doubling":
        return doublings * (latency + size / bandwidth)
    return 2 * doublings * latency + share / bandwidth
