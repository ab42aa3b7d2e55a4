"""Rank 1 sleeps while the other waits for it."""

import time

import horovod.torch as hvd
import torch

hvd.init()
if hvd.rank() == 1:
    time.sleep(600)
hvd.allreduce(torch.ones(1))
