# says: Some items come twice
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) > size:
            held.pop(0)
        if len(held) == size:
            yield held[rng.integers(size)]
