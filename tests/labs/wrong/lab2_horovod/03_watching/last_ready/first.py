# says: this rank was ready first for the most tensors
def last_ready(ready):
    first, waits = Counter(), []
    for tensor in {tensor for tensor, _, _ in ready}:
        times = sorted((seconds, rank) for name, rank, seconds in ready if name == tensor)
        first[times[0][1]] += 1
        waits.append(times[-1][0] - times[-2][0])
    return first.most_common(1)[0][0], max(waits)
