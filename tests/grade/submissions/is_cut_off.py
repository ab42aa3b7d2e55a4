"""Whole checkpoints, and one whose writing the end cut off."""

import os

import horovod.torch as hvd

from scalelab.models import build
from scalelab.train import save_checkpoint

hvd.init()
if hvd.rank() == 0:
    for epoch in (1, 2, 3):
        save_checkpoint(build("small-resnet"), "out", epoch)
    os.truncate("out/epoch-003.safetensors", 1_000)
