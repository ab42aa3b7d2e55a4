# says: The order has not changed
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) == size:
            yield held.pop(0)
    yield from held
