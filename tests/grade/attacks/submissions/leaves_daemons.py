"""Leaves daemons that have left its session, its group and their parents, and hold its output open."""

import os
import signal
import time

for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(0.1)
            with open("out/metrics.jsonl", "a") as file:
                file.write("alive\n")
print("left five")
