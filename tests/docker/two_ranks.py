"""Two ranks add their numbers."""

import horovod.torch as hvd
import torch

hvd.init()
total = hvd.allreduce(torch.tensor([hvd.rank() + 1.0]), op=hvd.Sum)
print(f"1 + 2 = {total.item():.0f}", flush=True)
