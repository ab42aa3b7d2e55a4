"""Locks between processes and machines. The kernel gives them back when their holder is killed."""

from __future__ import annotations  # set-up holds a lock before it asks which Python it runs in

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(
    path: Path, *, wait: bool = True, shared: bool = False, waiting: Callable[[], None] = lambda: None
) -> Iterator[bool]:
    """Hold the lock for the block; gives False where somebody else has it and `wait` is off.

    `waiting` is called where it has to be waited for. The file stays: were it removed, two processes could each lock
    a file of that name. Its descriptor is closed on exec, so that no rank keeps a lock of its grader's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        mine = take(descriptor, wait=False, shared=shared)
        if wait and not mine:
            waiting()
            mine = take(descriptor, shared=shared)
        yield mine
    finally:
        os.close(descriptor)


def take(descriptor: int, *, wait: bool = True, shared: bool = False) -> bool:
    """Lock an open file or folder until all its holders have closed it; False where somebody else has it."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
