# says: this is the number of messages
def message_bytes(sizes, threshold):
    count, buffer = 0, None
    for size in sizes:
        if buffer is not None and buffer + size <= threshold:
            buffer += size
        else:
            count, buffer = count + 1, size
    return count
