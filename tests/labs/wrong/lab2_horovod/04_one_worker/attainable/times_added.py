# says: arithmetic and traffic go on at the same time
def attainable(intensity, flops, bandwidth):
    return 1 / (1 / flops + 1 / (intensity * bandwidth))
