# says: This is a ring that sends whole vectors
def ring_all_reduce(x, rank, size, send, receive):
    moving = x.clone()
    for _ in range(size - 1):
        send(moving, (rank + 1) % size)
        moving = receive((rank - 1) % size)
        x += moving
    return x
