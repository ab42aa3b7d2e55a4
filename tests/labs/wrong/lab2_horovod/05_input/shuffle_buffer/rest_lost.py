# says: never come
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) == size:
            yield held.pop(rng.integers(size))
