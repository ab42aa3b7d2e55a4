"""Fills the disk with large files."""

import itertools

part = bytes(10_000_000)
for number in itertools.count():
    with open(f"out/{number}", "wb") as file:
        for _ in range(10):
            file.write(part)
