"""Checkpoints of another network."""

import horovod.torch as hvd

from scalelab.models import build
from scalelab.train import save_checkpoint

hvd.init()
if hvd.rank() == 0:
    for epoch in (1, 2):
        save_checkpoint(build("resnet-8"), "out", epoch)
