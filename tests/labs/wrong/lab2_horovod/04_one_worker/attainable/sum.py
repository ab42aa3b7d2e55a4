# says: the two limits are added up
def attainable(intensity, flops, bandwidth):
    return flops + intensity * bandwidth
