# says: at 3 FLOP a byte the memory cannot bring enough
def attainable(intensity, flops, bandwidth):
    return flops
