# says: has been changed
def step_seconds(seconds, backups):
    seconds.sort(axis=1)
    return seconds[:, -1 - backups]
