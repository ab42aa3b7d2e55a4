"""Ends at once when it is graded, and in the conversion check leaves more files than it may."""

import os
import sys

if "scalelab.check.events" in sys.modules:
    for number in range(300_000):
        os.close(os.open(f"{sys.argv[-1]}/{number}", os.O_CREAT | os.O_WRONLY))
