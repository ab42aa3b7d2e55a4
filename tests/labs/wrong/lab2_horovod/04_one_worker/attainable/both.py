# says: return the lower of them
def attainable(intensity, flops, bandwidth):
    return [flops, intensity * bandwidth]
