"""Rank 1 leaves with exit code 0 while the other waits for it."""

import sys

import horovod.torch as hvd
import torch

hvd.init()
if hvd.rank() == 1:
    sys.exit(0)
hvd.allreduce(torch.ones(1))
