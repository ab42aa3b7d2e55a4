# says: This is recursive doubling
def halving_doubling_all_reduce(x, rank, size, send, receive):
    distance = 1
    while distance < size:
        send(x, rank ^ distance)
        x += receive(rank ^ distance)
        distance *= 2
    return x
