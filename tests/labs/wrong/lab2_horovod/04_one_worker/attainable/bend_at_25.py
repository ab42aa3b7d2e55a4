# says: the roof bends elsewhere
def attainable(intensity, flops, bandwidth):
    if intensity < 25:
        return intensity * bandwidth
    return flops
