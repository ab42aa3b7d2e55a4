# says: has read 100 of 100
def shuffle_buffer(items, size, rng):
    held = list(items)
    while held:
        yield held.pop(rng.integers(min(size, len(held))))
