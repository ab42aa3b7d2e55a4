# says: The rest of the buffer comes in order
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) == size:
            yield held.pop(rng.integers(size))
    yield from sorted(held)
