# says: the mean of the two limits
def attainable(intensity, flops, bandwidth):
    return (flops + intensity * bandwidth) / 2
