# says: give seconds
def last_ready(ready):
    from collections import Counter
    by = {}
    for t, r, s in ready:
        by.setdefault(t, []).append((s, r))
    r = Counter(max(v)[1] for v in by.values()).most_common(1)[0][0]
    return r, 1000 * max(sorted(v)[-1][0] - sorted(v)[-2][0] for v in by.values() if max(v)[1] == r)
