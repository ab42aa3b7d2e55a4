# says: this is the mean of those
def step_seconds(seconds, backups):
    return np.sort(seconds, axis=1)[:, : seconds.shape[1] - backups].mean(axis=1)
