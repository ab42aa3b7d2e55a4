# says: the clock was read while the device still worked
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    for batch in all_batches[:warmup]:
        step(batch)
    wait()
    start = clock()
    images = 0
    for batch in all_batches[warmup:]:
        step(batch)
        images += len(batch)
    return images / (clock() - start)
