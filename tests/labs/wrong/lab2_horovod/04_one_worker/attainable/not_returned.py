# says: does the function end in a `return`?
def attainable(intensity, flops, bandwidth):
    min(flops, intensity * bandwidth)
