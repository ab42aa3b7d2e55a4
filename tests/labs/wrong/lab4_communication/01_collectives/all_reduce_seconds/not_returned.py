# says: does the function end in a `return`?
def all_reduce_seconds(form, size, workers, latency, bandwidth):
    share = 2 * (workers - 1) / workers * size
    doublings = np.log2(workers)
    if form == "ring":
        answer = 2 * (workers - 1) * latency + share / bandwidth
    if form == "recursive doubling":
        answer = doublings * (latency + size / bandwidth)
    answer = 2 * doublings * latency + share / bandwidth
