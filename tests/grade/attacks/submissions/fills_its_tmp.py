"""Fills /tmp and /dev/shm, which lie in memory."""

import os
import shutil

part = bytes(10_000_000)
for place in ("/tmp", "/dev/shm"):
    try:
        for number in range(1000):
            with open(f"{place}/{number}", "wb") as file:
                file.write(part)
    except OSError as error:
        print(f"{place} is full after {number * len(part) / 1e6:.0f} MB: {error.strerror}")
    if shutil.disk_usage(place).used > 1_100_000_000:
        print("SUCCEEDED: more than a gigabyte")
os._exit(0)
