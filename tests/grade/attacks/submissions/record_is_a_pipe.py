"""A run record that is a pipe: whoever reads it waits for ever."""

import os
import time

os.mkfifo("out/metrics.jsonl")
time.sleep(1)
