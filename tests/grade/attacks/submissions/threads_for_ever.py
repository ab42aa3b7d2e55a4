"""Starts threads until no more can be had, and goes on trying."""

import threading
import time

while True:
    try:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    except RuntimeError:
        time.sleep(0.01)
