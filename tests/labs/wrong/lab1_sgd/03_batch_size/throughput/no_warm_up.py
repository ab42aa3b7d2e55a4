# says: do them, before the clock starts
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    start, images = clock(), 0
    for batch in all_batches[warmup:]:
        step(batch)
        images += len(batch)
    wait()
    return images / (clock() - start)
