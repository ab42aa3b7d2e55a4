# says: the list is not in the order of time
def last_ready(ready):
    last, waits = Counter(), {}
    for tensor in dict.fromkeys(tensor for tensor, _, _ in ready):
        times = [(rank, seconds) for name, rank, seconds in ready if name == tensor]
        rank, time = times[-1]
        last[rank] += 1
        waits[rank] = max(waits.get(rank, 0.0), time - times[-2][1])
    rank = last.most_common(1)[0][0]
    return rank, waits[rank]
