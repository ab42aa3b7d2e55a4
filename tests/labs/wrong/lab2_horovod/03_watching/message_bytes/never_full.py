# says: two that fill the buffer to the last byte still fit
def message_bytes(sizes, threshold):
    messages = []
    for size in sizes:
        if messages and messages[-1] + size < threshold:
            messages[-1] += size
        else:
            messages.append(size)
    return messages
