"""Checkpoints that are folders, with good ones within."""

from scalelab.models import build
from scalelab.train import save_checkpoint

for epoch in (1, 2):
    save_checkpoint(build("small-resnet"), f"out/epoch-{epoch:03d}.safetensors", 1)
