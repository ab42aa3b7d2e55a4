# says: give the items one by one, with `yield`
def shuffle_buffer(items, size, rng):
    held = list(items)[:0]
