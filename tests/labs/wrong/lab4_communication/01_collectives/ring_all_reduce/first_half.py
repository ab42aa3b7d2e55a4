# says: the first half is done, the second must hand the pieces around
def ring_all_reduce(x, rank, size, send, receive):
    pieces, after, before = cut(x, size), (rank + 1) % size, (rank - 1) % size
    for turn in range(size - 1):
        send(pieces[(rank - turn) % size], after)
        pieces[(rank - turn - 1) % size] += receive(before)
    return x
