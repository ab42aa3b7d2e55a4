# says: make no step twice
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    for batch in all_batches[:warmup]:
        step(batch)
    wait()
    start = clock()
    for batch in all_batches:
        step(batch)
    wait()
    return sum(len(b) for b in all_batches[warmup:]) / (clock() - start)
