# says: this is the latest of all, and when
def last_ready(ready):
    t, r, s = max(ready, key=lambda x: x[2])
    return r, s
