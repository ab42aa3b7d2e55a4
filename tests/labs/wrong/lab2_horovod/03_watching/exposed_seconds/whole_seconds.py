# says: do not round times to whole seconds
def exposed_seconds(travelling, computing):
    travel, work = ({k for start, end in some for k in range(int(start), int(end))} for some in (travelling, computing))
    return len(travel - work)
