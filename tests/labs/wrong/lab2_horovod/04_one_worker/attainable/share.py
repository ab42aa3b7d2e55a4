# says: a share of the arithmetic
def attainable(intensity, flops, bandwidth):
    return min(flops, intensity * bandwidth) / flops
