# says: this is the hidden part; the exposed part is the rest
def exposed_seconds(travelling, computing):
    times = sorted({time for interval in [*travelling, *computing] for time in interval})
    return sum(
        b - a
        for a, b in zip(times, times[1:])
        if any(s <= a and b <= e for s, e in travelling) and any(s <= a and b <= e for s, e in computing)
    )
