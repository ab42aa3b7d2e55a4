# says: each of them brings `intensity` FLOP
def attainable(intensity, flops, bandwidth):
    return min(flops / intensity, bandwidth)
