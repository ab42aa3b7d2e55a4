"""Kills the shell or launcher that started it, and theirs, up to the first process."""

import os
import signal
import time

pid = os.getppid()
while pid > 1:
    with open(f"/proc/{pid}/stat") as file:
        parent = int(file.read().rpartition(")")[2].split()[1])
    os.kill(pid, signal.SIGKILL)
    pid = parent
time.sleep(600)
