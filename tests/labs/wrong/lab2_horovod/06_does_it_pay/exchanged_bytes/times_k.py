# says: each of K workers sends 2
def exchanged_bytes(weights, activations, batch_size, workers):
    """Bytes that one worker sends in one step, on average over the workers: (data parallel, model parallel)."""
    return 4 * weights * workers, 4 * activations * batch_size * workers
