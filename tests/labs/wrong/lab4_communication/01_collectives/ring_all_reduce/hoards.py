# says: vectors of others at a time; add what comes at once, and let it go
def ring_all_reduce(x, rank, size, send, receive):
    pieces, after, before = cut(x, size), (rank + 1) % size, (rank - 1) % size
    came = []
    for turn in range(size - 1):
        send(pieces[(rank - turn) % size], after)
        pieces[(rank - turn - 1) % size] += came.append(receive(before)) or came[-1]
    for turn in range(size - 1):
        send(pieces[(rank + 1 - turn) % size], after)
        pieces[(rank - turn) % size].copy_(came.append(receive(before)) or came[-1])
    return x
