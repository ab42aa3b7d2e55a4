"""Checkpoints of a few hundred kilobytes that unpack to gigabytes."""

import zipfile

zeros = bytes(50_000_000)
for epoch in (1, 2):
    with zipfile.ZipFile(f"out/epoch-{epoch:03d}.safetensors", "w", zipfile.ZIP_DEFLATED) as file:
        for part in range(4):
            file.writestr(f"archive/data/{part}", zeros)
