"""Checkpoints whose last layer has more classes than there are."""

import torch
from safetensors.torch import save_file

from scalelab.models import build

weights = build("small-resnet").state_dict() | {"head.2.bias": torch.zeros(11)}
for epoch in (1, 2):
    save_file(weights, f"out/epoch-{epoch:03d}.safetensors")
