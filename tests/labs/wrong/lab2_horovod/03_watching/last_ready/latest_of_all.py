# says: this rank had the latest time of all
def last_ready(ready):
    tensor, rank, time = max(ready, key=lambda one: one[2])
    others = [seconds for name, who, seconds in ready if name == tensor and who != rank]
    return rank, time - max(others)
