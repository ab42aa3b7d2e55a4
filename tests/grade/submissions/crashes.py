"""One rank fails after the first epoch."""

import horovod.torch as hvd

from scalelab.models import build
from scalelab.train import save_checkpoint

hvd.init()
if hvd.rank() == 0:
    save_checkpoint(build("small-resnet"), "out", 1)
if hvd.rank() == 1:
    raise RuntimeError("the learner's mistake")
