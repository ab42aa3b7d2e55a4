# says: one fewer than it must
def step_seconds(seconds, backups):
    return np.sort(seconds, axis=1)[:, -2 - backups]
