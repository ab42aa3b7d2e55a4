"""Optimizers, schedules and noise for large batches, each from its paper."""

from scalelab.optim.batch_growth import grow_batch
from scalelab.optim.exclude import exclude
from scalelab.optim.lamb import LAMB
from scalelab.optim.larc import LARC
from scalelab.optim.lars import LARS
from scalelab.optim.novograd import NovoGrad
from scalelab.optim.schedules import scaled_lr

__all__ = ["LAMB", "LARC", "LARS", "NovoGrad", "exclude", "grow_batch", "scaled_lr"]
