# says: only that moment is hidden
def exposed_seconds(travelling, computing):
    return sum(b - a for a, b in travelling if not any(c < b and a < d for c, d in computing))
