# says: add up the lengths
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    for batch in all_batches[:warmup]:
        step(batch)
    wait()
    start = clock()
    for batch in all_batches[warmup:]:
        step(batch)
    wait()
    return sum(all_batches[warmup:]) / (clock() - start)
