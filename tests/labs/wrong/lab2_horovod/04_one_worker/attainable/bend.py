# says: this is where the roof bends
def attainable(intensity, flops, bandwidth):
    return flops / bandwidth
