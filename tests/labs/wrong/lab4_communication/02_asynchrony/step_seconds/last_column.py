# says: the last column is left out
def step_seconds(seconds, backups):
    return seconds[:, : seconds.shape[1] - backups].max(axis=1)
