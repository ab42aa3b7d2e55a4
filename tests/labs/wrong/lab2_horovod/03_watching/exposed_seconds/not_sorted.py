# says: not in the order of time
def exposed_seconds(travelling, computing):
    merged = []
    for a, b in travelling:
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return sum(max(0, (b - a) - sum(max(0, min(b, d) - max(a, c)) for c, d in computing)) for a, b in merged)
