# says: the warm-up counts; leave out its steps and their time
def throughput(step, all_batches, wait, warmup=2, clock=time.perf_counter):
    start = clock()
    for batch in all_batches:
        step(batch)
    wait()
    return sum(len(batch) for batch in all_batches) / (clock() - start)
