"""Limits in seconds that know how fast this machine is today: measured once for a run, by one start of a rank."""

import functools
import os
import subprocess
import sys
import time
from collections.abc import Callable

from filelock import FileLock

from harness.run_folder import run_folder

QUIET_SECONDS = 2.5  # that two starts at once take on two quiet cores of an AMD EPYC
START = [sys.executable, "-c", "import torch, horovod.torch, scalelab"]


def seconds(quiet: float) -> float:
    """A limit that holds on a quiet machine, as long as it must be here."""
    return quiet * slowness()


def waited(condition: Callable[[], object], quiet: float = 30, look_every: float = 0.05) -> bool:
    """Whether the condition comes to hold within a time that would be long on a quiet machine."""
    end = time.monotonic() + seconds(quiet)
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(look_every)
    return bool(holds)


@functools.cache
def slowness() -> float:
    """How many times as long as on a quiet machine things take here; at least 1."""
    file = run_folder() / "slowness"
    with FileLock(f"{file}.lock"):
        if not file.exists():
            file.write_text(str(max(1.0, _start_two() / QUIET_SECONDS)))
    return float(file.read_text())


def _start_two() -> float:
    start = time.perf_counter()
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ranks = [subprocess.Popen(START, env=environment, stderr=subprocess.DEVNULL) for _ in range(2)]
    for rank in ranks:
        rank.wait()
    return time.perf_counter() - start
