# says: a gradient larger than the buffer is lost
def message_bytes(sizes, threshold):
    messages = []
    for size in sizes:
        if size > threshold:
            continue
        if messages and messages[-1] + size <= threshold:
            messages[-1] += size
        else:
            messages.append(size)
    return messages
