# says: a message was closed only when it was already too full
def message_bytes(sizes, threshold):
    messages, buffer = [], 0
    for size in sizes:
        buffer += size
        if buffer > threshold:
            messages.append(buffer)
            buffer = 0
    return messages + [buffer] if buffer else messages
