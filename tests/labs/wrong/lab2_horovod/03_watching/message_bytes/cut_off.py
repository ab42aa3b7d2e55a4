# says: loses bytes
def message_bytes(sizes, threshold):
    out = []
    for s in sizes:
        s = min(s, threshold)
        if out and out[-1] + s <= threshold:
            out[-1] += s
        else:
            out.append(s)
    return out
