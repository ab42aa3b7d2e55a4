# says: the first half is done
def halving_doubling_all_reduce(x, rank, size, send, receive):
    edges = [0]
    for piece in cut(x, size):
        edges.append(edges[-1] + len(piece))
    low, high, distance = 0, size, size // 2
    while distance:
        middle = (low + high) // 2
        upper = rank & distance
        given = x[edges[low] : edges[middle]] if upper else x[edges[middle] : edges[high]]
        send(given, rank ^ distance)
        low, high = (middle, high) if upper else (low, middle)
        x[edges[low] : edges[high]] += receive(rank ^ distance)
        distance //= 2
    return x
