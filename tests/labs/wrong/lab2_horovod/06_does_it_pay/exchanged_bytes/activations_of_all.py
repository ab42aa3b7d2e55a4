# says: their number K counts for both
def exchanged_bytes(weights, activations, batch_size, workers):
    s = 2 * (workers - 1) / workers
    return s * 4 * weights, 2 * 4 * activations * batch_size
