# says: goes down the columns
def step_seconds(seconds, backups):
    return np.sort(seconds, axis=0)[-1 - backups]
