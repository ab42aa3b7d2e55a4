# says: each step has its seconds
def step_seconds(seconds, backups):
    return np.sort(seconds, axis=1)[:, -1 - backups].sum()
