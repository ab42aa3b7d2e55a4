# says: The first item of the stream always comes first
def shuffle_buffer(items, size, rng):
    held = []
    for number, item in enumerate(items):
        held.append(item)
        if number % 2 == 0 or len(held) == size:
            yield held.pop(rng.integers(len(held)))
    while held:
        yield held.pop(rng.integers(len(held)))
