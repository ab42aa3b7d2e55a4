# says: take those tensors for which this rank was the last
def last_ready(ready):
    last, waits, totals = Counter(), {}, Counter()
    for tensor in {tensor for tensor, _, _ in ready}:
        *_, before, (time, rank) = sorted((seconds, rank) for name, rank, seconds in ready if name == tensor)
        last[rank] += 1
        totals[rank] += time - before[0]
        waits[rank] = max(waits.get(rank, 0.0), time - before[0])
    return last.most_common(1)[0][0], max(waits.values())
