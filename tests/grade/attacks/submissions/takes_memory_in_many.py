"""Takes memory in many processes, each of which has little."""

import os
import time

for _ in range(60):
    if os.fork() == 0:
        taken = bytearray(b"x") * 100_000_000
        time.sleep(600)
        print(len(taken))
time.sleep(600)
