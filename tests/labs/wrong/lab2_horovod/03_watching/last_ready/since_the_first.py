# says: the waiting is counted from the first rank
def last_ready(ready):
    last, waits = Counter(), {}
    for tensor in {tensor for tensor, _, _ in ready}:
        times = sorted((seconds, rank) for name, rank, seconds in ready if name == tensor)
        time, rank = times[-1]
        last[rank] += 1
        waits[rank] = max(waits.get(rank, 0.0), time - times[0][0])
    rank = last.most_common(1)[0][0]
    return rank, waits[rank]
