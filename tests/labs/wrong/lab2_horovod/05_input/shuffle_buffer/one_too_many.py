# says: the buffer holds one item more than `size`
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) > size:
            yield held.pop(rng.integers(len(held)))
    while held:
        yield held.pop(rng.integers(len(held)))
