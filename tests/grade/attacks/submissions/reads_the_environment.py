"""Prints every environment it can read: its own and those of all processes that it sees."""

import os

for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            text = file.read().decode(errors="replace")
    except OSError:
        continue
    for variable in text.split("\0"):
        if any(word in variable.partition("=")[0].upper() for word in ("SECRET", "TOKEN", "PASSWORD", "SCALELAB_DATA", "PYTEST")):
            print("SUCCEEDED:", variable)
print("has read its environment,", len(os.environ) > 3)
