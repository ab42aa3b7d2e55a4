# says: they go in their own order
def message_bytes(sizes, threshold):
    out = []
    for s in sorted(sizes):
        if out and out[-1] + s <= threshold:
            out[-1] += s
        else:
            out.append(s)
    return out
