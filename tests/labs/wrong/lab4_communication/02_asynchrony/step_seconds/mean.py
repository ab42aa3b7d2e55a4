# says: this is the mean
def step_seconds(seconds, backups):
    return seconds.mean(axis=1)
