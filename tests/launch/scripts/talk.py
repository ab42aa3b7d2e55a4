"""Ranks that behave as the first argument says; every one of them says hello first."""

import os
import signal
import sys
import time

import horovod.torch as hvd
import torch

hvd.init()
mine = hvd.rank() == hvd.size() - 1  # the last rank is the one that misbehaves
print(f"hello from {hvd.rank()} of {hvd.size()}", flush=True)
how = sys.argv[1]

if mine and how == "raise":
    raise ValueError("the learner's own mistake")
if mine and how == "exit":
    sys.exit(0)
if mine and how == "exit-code":
    os._exit(3)
if mine and how == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if mine and how == "stall":
    time.sleep(600)
if how == "sleep":
    time.sleep(600)
if how == "ticks":
    for tick in range(8):
        time.sleep(1)
        print(tick, flush=True)
if how == "daemon" and os.fork() == 0:
    os.setsid()
    os.closerange(0, 3)  # else `horovodrun` would wait for its output to end
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
if how == "memory":
    hoard = torch.ones(10**9, dtype=torch.uint8)
    time.sleep(600)
if how == "babble":
    while True:
        print("x" * 5000)

hvd.allreduce(torch.ones(3), name="waited-for")
