"""Five rounds of averaging by torch.distributed, one of which goes wrong as its argument says."""

import os
import signal
import sys

import torch
import torch.distributed as dist

how = sys.argv[1]
dist.init_process_group("gloo")
rank = dist.get_rank()
for number in range(5):
    here = rank == 1 and number == 3
    if here and how == "raises":
        raise ValueError("boom")
    if here and how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if here and how == "leaves":
        sys.exit(0)
    if here and how == "waits":
        dist.barrier()
    total = torch.tensor([float(rank)])
    dist.all_reduce(total)
print(f"rank {rank} of {dist.get_world_size()}: {total.item():g}", flush=True)
dist.destroy_process_group()
