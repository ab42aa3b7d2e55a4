# says: does the function end in a `return`?
def attainable(intensity, flops, bandwidth):
    if intensity * bandwidth < flops:
        return intensity * bandwidth
