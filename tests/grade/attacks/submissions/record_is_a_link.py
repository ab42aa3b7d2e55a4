"""A run record that is a link to a file of the machine, and one to a device that never ends."""

import os
import time

for target in ("/etc/passwd", "/dev/zero"):
    os.symlink(target, "out/link")
    os.replace("out/link", "out/metrics.jsonl")
    time.sleep(0.5)
