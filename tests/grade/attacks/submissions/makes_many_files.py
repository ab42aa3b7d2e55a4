"""Leaves more than a hundred thousand files."""

import os

for number in range(300_000):
    os.close(os.open(f"out/{number}", os.O_CREAT | os.O_WRONLY))
