# says: a second in which two messages travel counts twice
def exposed_seconds(travelling, computing):
    seconds = 0.0
    for start, end in travelling:
        hidden = sum(max(0.0, min(end, b) - max(start, a)) for a, b in computing)
        seconds += end - start - hidden
    return seconds
