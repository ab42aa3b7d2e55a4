"""Fills the disk with files that are open and have no name any more."""

import itertools
import os

part, held = bytes(10_000_000), []
for number in itertools.count():
    held.append(os.open("out/hidden", os.O_CREAT | os.O_RDWR))
    os.unlink("out/hidden")
    for _ in range(10):
        os.write(held[-1], part)
