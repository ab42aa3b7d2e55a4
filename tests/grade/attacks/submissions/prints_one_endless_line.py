"""Prints without end, and never ends the line."""

import sys

while True:
    sys.stdout.write("learning " * 10_000)
