# says: this is seconds a byte; its inverse is the bandwidth
def fit_link(sizes, seconds, workers):
    sizes, seconds = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    rounds = np.full(len(sizes), 2.0 * (workers - 1))
    terms = np.stack([rounds, rounds * sizes / workers], axis=1) / seconds[:, None]
    (latency, per_byte), *_ = np.linalg.lstsq(terms, np.ones(len(sizes)), rcond=None)
    return latency, per_byte
