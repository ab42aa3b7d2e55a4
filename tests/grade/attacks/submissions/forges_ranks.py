"""Writes into the launcher's own output, as if millions of other ranks had spoken."""

import os

for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if b"horovodrun" not in file.read():
                continue
        with open(f"/proc/{pid}/fd/1", "w") as output:
            output.write(f"[{'9' * 1900}]<stderr>:a rank of many digits\n")
            for rank in range(10**7):
                output.write(f"[{rank}]<stderr>:Traceback (most recent call last)\n")
    except OSError:
        continue
