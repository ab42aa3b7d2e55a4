# says: loop over `items` with `for`
def shuffle_buffer(items, size, rng):
    it = iter(items)
    held = [next(it) for _ in range(size)]
    while True:
        k = rng.integers(size)
        yield held[k]
        held[k] = next(it)
