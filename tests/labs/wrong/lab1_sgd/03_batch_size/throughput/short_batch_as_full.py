# says: the short last batch counts as a full one
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    for batch in all_batches[:warmup]:
        step(batch)
    wait()
    start = clock()
    for batch in all_batches[warmup:]:
        step(batch)
    wait()
    return (len(all_batches) - warmup) * len(all_batches[0]) / (clock() - start)
