"""How many tests run at the same time: two more than there are cores, and some alone.

Most tests compute half of their time: their ranks wait for one another, for the disk or for a limit.
Where a speed is looked at, or hundreds of processes are started, `@pytest.mark.alone` keeps all others away. A place is
a locked file, so that whatever ends a process gives its places back.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from harness.run_folder import run_folder

PLACES = len(os.sched_getaffinity(0)) + 2


def places_of(item: pytest.Item) -> int:
    return PLACES if item.get_closest_marker("alone") else 1


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item):
    with take(places_of(item), run_folder()):
        return (yield)


@contextlib.contextmanager
def take(count: int, folder: Path, places: int = PLACES) -> Iterator[None]:
    """Hold so many places. Who needs several waits until they are free at once, and holds up nobody meanwhile."""
    with contextlib.ExitStack() as held:
        while not (taken := _try_take(count, [folder / f"place-{number}" for number in range(places)], folder)):
            time.sleep(0.02)
        for lock in taken:
            held.callback(lock.release)
        yield


def _try_take(count: int, places: list[Path], folder: Path) -> list[FileLock]:
    """Locks of so many places; none where fewer are free."""
    taken: list[FileLock] = []
    with FileLock(folder / "door"):  # one looks at a time: two that each held some could wait for the other's
        for place in places:
            lock = FileLock(place)
            with contextlib.suppress(Timeout):
                lock.acquire(blocking=False)
                taken.append(lock)
            if len(taken) == count:
                return taken
        for lock in taken:
            lock.release()
    return []
