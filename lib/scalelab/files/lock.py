"""Locks between processes and machines. The kernel gives them back when their holder is killed."""

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
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        mine = _lock(descriptor, kind | fcntl.LOCK_NB)
        if wait and not mine:
            waiting()
            mine = _lock(descriptor, kind)
        yield mine
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind)
    except BlockingIOError:
        return False
    return True
