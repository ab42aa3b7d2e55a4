"""A core count for every test: those that run at the same time use no more cores than there are.

A test takes one core. So does one with two ranks, which wait for one another or for the disk as long as they compute;
where their speed is what is looked at, `cores(2)` says so (and `cores(0)` that a test only waits). A core is a locked
file, so that whatever ends a process gives its cores back.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from harness.run_folder import run_folder

CORES = len(os.sched_getaffinity(0))


def cores_of(item: pytest.Item) -> int:
    marker = item.get_closest_marker("cores")
    return min(marker.args[0] if marker else 1, CORES)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item):
    with take(cores_of(item), run_folder()):
        return (yield)


@contextlib.contextmanager
def take(count: int, folder: Path, cores: int = CORES) -> Iterator[None]:
    """Hold so many cores. Who asks later waits until this one has got his, so that nobody waits for ever."""
    with contextlib.ExitStack() as held:
        if count:
            with FileLock(folder / "door"):
                for _ in range(count):
                    held.callback(_any_free([folder / f"core-{number}" for number in range(cores)]).release)
        yield


def _any_free(cores: list[Path]) -> FileLock:
    """The lock of the first core that is free, or else of the first that becomes so."""
    while True:
        for core in cores:
            lock = FileLock(core)
            with contextlib.suppress(Timeout):
                lock.acquire(blocking=False)
                return lock
        time.sleep(0.02)
