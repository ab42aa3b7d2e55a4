"""Fills the disk beside files that come and go all the time, so that whoever counts stumbles."""

import itertools
import os

if os.fork() == 0:
    while True:
        for number in range(50):
            with open(f"out/a{number}", "wb"):
                pass
        for number in range(50):
            os.unlink(f"out/a{number}")
part = bytes(10_000_000)
for number in itertools.count():
    with open(f"out/z{number}", "wb") as file:
        for _ in range(10):
            file.write(part)
