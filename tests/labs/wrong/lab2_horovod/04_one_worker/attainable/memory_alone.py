# says: the arithmetic ends at `flops`
def attainable(intensity, flops, bandwidth):
    return intensity * bandwidth
