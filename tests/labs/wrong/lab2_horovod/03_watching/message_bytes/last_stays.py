# says: the last message was never sent
def message_bytes(sizes, threshold):
    messages, buffer = [], 0
    for size in sizes:
        if buffer and buffer + size > threshold:
            messages.append(buffer)
            buffer = 0
        buffer += size
    return messages
