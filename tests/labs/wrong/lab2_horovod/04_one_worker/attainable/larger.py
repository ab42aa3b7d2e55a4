# says: the lower of the two limits counts
def attainable(intensity, flops, bandwidth):
    return max(flops, intensity * bandwidth)
