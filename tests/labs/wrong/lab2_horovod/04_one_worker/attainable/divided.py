# says: the bytes are divided by the intensity
def attainable(intensity, flops, bandwidth):
    return min(flops, bandwidth / intensity)
