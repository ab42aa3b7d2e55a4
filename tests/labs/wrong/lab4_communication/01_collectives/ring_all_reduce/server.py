# says: This is a server
def ring_all_reduce(x, rank, size, send, receive):
    if rank:
        send(x, 0)
        return receive(0)
    for other in range(1, size):
        x += receive(other)
    for other in range(1, size):
        send(x, other)
    return x
