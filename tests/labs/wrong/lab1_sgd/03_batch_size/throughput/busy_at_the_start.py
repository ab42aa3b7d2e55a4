# says: the device was still busy with the warm-up when the clock started
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    for batch in all_batches[:warmup]:
        step(batch)
    start = clock()
    for batch in all_batches[warmup:]:
        step(batch)
    wait()
    return sum(len(batch) for batch in all_batches[warmup:]) / (clock() - start)
