"""Checkpoints with one number in five thousand dimensions, in words of which a reason would have no end."""

import struct
from pathlib import Path

import torch
from safetensors.torch import save

from scalelab.models import build

whole = save(build("small-resnet").state_dict() | {"head.2.bias": torch.zeros(1)})
length = struct.unpack("<Q", whole[:8])[0]
header, end = whole[8 : 8 + length].split(b'"head.2.bias":')
header += b'"head.2.bias":' + end.replace(b"[1]", b"[" + b",".join([b"1"] * 5_000) + b"]", 1)
for epoch in (1, 2):
    Path(f"out/epoch-{epoch:03d}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + whole[8 + length :])
