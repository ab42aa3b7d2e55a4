"""Checkpoints with one weight that is not a number."""

from scalelab.models import build
from scalelab.train import save_checkpoint

model = build("small-resnet")
model.head[2].bias.data[3] = float("nan")
for epoch in (1, 2):
    save_checkpoint(model, "out", epoch)
