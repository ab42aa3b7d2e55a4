# says: not lists of them
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) == size:
            yield [held.pop(rng.integers(size))]
    while held:
        yield [held.pop(rng.integers(len(held)))]
