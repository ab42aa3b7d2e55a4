# says: the two are swapped
def exchanged_bytes(weights, activations, batch_size, workers):
    """Bytes that one worker sends in one step, on average over the workers: (data parallel, model parallel)."""
    share = 2 * (workers - 1) / workers
    return share * 4 * activations * batch_size, share * 4 * weights
