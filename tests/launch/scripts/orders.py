"""Tensors handed in at other times and in another order on every rank, with and without anything outstanding.

orders.py
"""

import time

import horovod.torch as hvd
import torch

hvd.init()
rank, size = hvd.rank(), hvd.size()
for round_ in range(10):
    names = [f"{round_}.{k}" for k in range(6)]
    handles = []
    for k, name in enumerate(names if rank == 0 else reversed(names)):
        time.sleep(0.02 * ((k + rank + round_) % 3))
        handles.append((name, hvd.allreduce_async(torch.full((3,), float(rank)), op=hvd.Sum, name=name)))
    for name, handle in handles:
        assert torch.equal(hvd.synchronize(handle), torch.full((3,), size * (size - 1) / 2)), name
if rank == 0:
    time.sleep(0.3)  # the others have nothing to do but to wait
hvd.join()
print("all in order", flush=True)
