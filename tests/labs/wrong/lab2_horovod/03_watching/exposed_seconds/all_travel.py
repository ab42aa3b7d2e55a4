# says: all messages are added up, whether something is computed meanwhile or not
def exposed_seconds(travelling, computing):
    return sum(end - start for start, end in travelling)
