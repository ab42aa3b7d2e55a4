# says: This is a tree
def halving_doubling_all_reduce(x, rank, size, send, receive):
    distance = 1
    while distance < size:
        if rank & distance:
            send(x, rank - distance)
            break
        x += receive(rank + distance)
        distance *= 2
    if rank:
        x = receive(rank - distance)
    while distance > 1:
        distance //= 2
        send(x, rank + distance)
    return x
