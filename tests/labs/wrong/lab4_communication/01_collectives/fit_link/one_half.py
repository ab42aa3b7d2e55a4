# says: both halves of the ring send
def fit_link(sizes, seconds, workers):
    sizes, seconds = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    rounds = np.full(len(sizes), 1.0 * (workers - 1))
    terms = np.stack([rounds, rounds * sizes / workers], axis=1) / seconds[:, None]
    (latency, per_byte), *_ = np.linalg.lstsq(terms, np.ones(len(sizes)), rcond=None)
    return latency, 1 / per_byte
