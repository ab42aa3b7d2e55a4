# says: a gradient has gone back to an earlier message with room
def message_bytes(sizes, threshold):
    messages = []
    for size in sizes:
        for place, message in enumerate(messages):
            if message + size <= threshold:
                messages[place] += size
                break
        else:
            messages.append(size)
    return messages
