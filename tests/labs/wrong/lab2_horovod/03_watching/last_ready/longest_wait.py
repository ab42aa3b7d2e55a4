# says: ask who was last for the most tensors
def last_ready(ready):
    last, waits, totals = Counter(), {}, Counter()
    for tensor in {tensor for tensor, _, _ in ready}:
        *_, before, (time, rank) = sorted((seconds, rank) for name, rank, seconds in ready if name == tensor)
        last[rank] += 1
        totals[rank] += time - before[0]
        waits[rank] = max(waits.get(rank, 0.0), time - before[0])
    rank = max(waits, key=waits.get)
    return rank, waits[rank]
