"""A header that promises tensors of terabytes, and overlapping ones, in a small file."""

import json
import struct
from pathlib import Path

for epoch, shape in ((1, [1 << 40, 1 << 20]), (2, [10])):
    tensor = {"dtype": "F32", "shape": shape, "data_offsets": [0, 40]}
    header = json.dumps({"head.2.bias": tensor, "head.2.weight": tensor}).encode()
    Path(f"out/epoch-{epoch:03d}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(40))
