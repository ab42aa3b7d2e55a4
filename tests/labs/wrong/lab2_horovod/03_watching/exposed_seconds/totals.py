# says: all the work is taken away from all the travelling
def exposed_seconds(travelling, computing):
    travel, work = (sum(end - start for start, end in some) for some in (travelling, computing))
    return max(0, travel - work)
