# says: this is half of it
def exchanged_bytes(weights, activations, batch_size, workers):
    s = (workers - 1) / workers
    return s * 4 * weights, s * 4 * activations * batch_size
