# says: every image of the batch crosses the cut
def exchanged_bytes(weights, activations, batch_size, workers):
    """Bytes that one worker sends in one step, on average over the workers: (data parallel, model parallel)."""
    share = 2 * (workers - 1) / workers
    return share * 4 * weights, share * 4 * activations
