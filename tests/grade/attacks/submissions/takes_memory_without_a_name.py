"""Takes memory that is in no process: files without a name that live in memory, never mapped."""

import os
import time

part, held = bytes(10_000_000), []
for _ in range(100):
    held.append(os.memfd_create("hidden"))
    for _ in range(20):
        os.write(held[-1], part)
time.sleep(600)
