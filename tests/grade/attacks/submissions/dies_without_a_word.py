"""Rank 1 ends at once with a code of its own."""

import os

import horovod.torch as hvd
import torch

hvd.init()
if hvd.rank() == 1:
    os._exit(77)
hvd.allreduce(torch.ones(1))
