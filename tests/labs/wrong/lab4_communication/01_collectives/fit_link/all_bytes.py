# says: each worker sends 2 (N - 1) / N of the bytes
def fit_link(sizes, seconds, workers):
    sizes, seconds = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    rounds = np.full(len(sizes), 2.0 * (workers - 1))
    terms = np.stack([rounds, sizes], axis=1) / seconds[:, None]
    (latency, per_byte), *_ = np.linalg.lstsq(terms, np.ones(len(sizes)), rcond=None)
    return latency, 1 / per_byte
