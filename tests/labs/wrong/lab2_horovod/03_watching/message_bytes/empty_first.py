# says: an empty message goes first
def message_bytes(sizes, threshold):
    out = [0]
    for s in sizes:
        if out[-1] + s <= threshold:
            out[-1] += s
        else:
            out.append(s)
    return out
