"""Checkpoints of denormal numbers, with which a processor computes a hundred times slower."""

from scalelab.models import build
from scalelab.train import save_checkpoint

model = build("small-resnet")
for tensor in model.state_dict().values():
    if tensor.is_floating_point():
        tensor.fill_(1e-41)
for epoch in (1, 2):
    save_checkpoint(model, "out", epoch)
