# says: take away what is hidden behind the computing
def exposed_seconds(travelling, computing):
    seconds, last = 0.0, float("-inf")
    for start, end in sorted(travelling):
        seconds += max(0.0, end - max(start, last))
        last = max(last, end)
    return seconds
