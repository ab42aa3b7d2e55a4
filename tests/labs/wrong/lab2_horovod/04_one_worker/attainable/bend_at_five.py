# says: the roof bends elsewhere
def attainable(intensity, flops, bandwidth):
    if intensity < 5:
        return intensity * bandwidth
    return flops
