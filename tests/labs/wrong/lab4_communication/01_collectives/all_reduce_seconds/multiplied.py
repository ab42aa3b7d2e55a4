# says: bytes are divided by bytes a second, not multiplied
def all_reduce_seconds(form, size, workers, latency, bandwidth):
    share = 2 * (workers - 1) / workers * size
    doublings = np.log2(workers)
    if form == "ring":
        return 2 * (workers - 1) * latency + share * bandwidth
    if form == "recursive doubling":
        return doublings * (latency + size / bandwidth)
    return 2 * doublings * latency + share * bandwidth
