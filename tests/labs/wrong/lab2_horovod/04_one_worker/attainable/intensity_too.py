# says: this is the intensity
def attainable(intensity, flops, bandwidth):
    return min(intensity, flops, bandwidth)
