# says: at 2 FLOP a byte the memory cannot bring enough
def attainable(intensity, flops, bandwidth):
    return flops
