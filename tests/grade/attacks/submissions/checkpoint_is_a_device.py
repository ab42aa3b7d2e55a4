"""Checkpoints that are devices, or as near to it as it gets: /dev/zero never ends."""

import os
import stat

for kind in (stat.S_IFCHR, stat.S_IFBLK):
    try:
        os.mknod("out/epoch-001.safetensors", kind | 0o666, os.makedev(1, 5))
        print("SUCCEEDED: made a device")
    except OSError:
        continue
for epoch in (1, 2):
    os.symlink("/dev/zero", f"out/epoch-{epoch:03d}.safetensors")
