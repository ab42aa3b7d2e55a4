"""Fills the disk with files that have no name and are not open: only its address space still holds them."""

import itertools
import mmap
import os

part, kept = bytes(10_000_000), []
first = os.dup(0)
for number in itertools.count():
    held = os.open("out/hidden", os.O_CREAT | os.O_RDWR)
    os.unlink("out/hidden")
    for _ in range(10):
        os.write(held, part)
    kept.append(mmap.mmap(held, mmap.PAGESIZE))
    os.closerange(first, 1000)  # Python's own copy too
