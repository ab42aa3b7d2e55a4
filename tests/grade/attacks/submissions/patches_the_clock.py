"""Sets every clock of Python's to a stand-still, and trains on and on."""

import time

for name in ("time", "perf_counter", "monotonic", "process_time", "time_ns", "perf_counter_ns", "monotonic_ns"):
    setattr(time, name, lambda: 0)
sleep = time.sleep
while True:
    sleep(0.1)
