# says: The stream is cut into blocks
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) == size:
            rng.shuffle(held)
            yield from held
            held = []
    rng.shuffle(held)
    yield from held
