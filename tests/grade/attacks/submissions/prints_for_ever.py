"""Prints lines without end."""

import sys

while True:
    sys.stdout.write("learning\n" * 10_000)
