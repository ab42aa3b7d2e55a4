# says: so the arithmetic is the limit
def attainable(intensity, flops, bandwidth):
    return intensity * bandwidth if intensity * bandwidth < flops else bandwidth
