# says: this is the time without any computing; in some of it nothing travels
def exposed_seconds(travelling, computing):
    times = [time for interval in [*travelling, *computing] for time in interval]
    busy = sum(end - start for start, end in computing)
    return max(times) - min(times) - busy if times else 0.0
