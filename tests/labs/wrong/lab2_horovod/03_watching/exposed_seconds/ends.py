# says: this takes the end of the last message minus the end of the last work
def exposed_seconds(travelling, computing):
    if not travelling:
        return 0.0
    if not computing:
        return max(end for _, end in travelling) - min(start for start, _ in travelling)
    return max(end for _, end in travelling) - max(end for _, end in computing)
