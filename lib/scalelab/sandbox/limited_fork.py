"""Work on what a stranger's program said, done where it can take neither the grader's time nor its memory."""

import ctypes
import os
import resource
import select
import signal
import time
from collections.abc import Callable

import psutil

from scalelab.errors import ScaleLabError

SECONDS = 4
MOST_MEMORY = 1_000_000_000  # bytes, beside what the grader has
MOST_BYTES = 200_000
PR_SET_PDEATHSIG = 1


def limited_fork(work: Callable[[], bytes]) -> bytes:
    """What `work` makes in a copy of this process; raises ScaleLabError where it fails in whatever way.

    It may not use torch, whose threads a copy does not have.
    """
    read, write = os.pipe()
    grader, child = os.getpid(), os.fork()
    if not child:
        os.close(read)
        _answer(work, write, grader)
    os.close(write)
    try:
        answer = _read(read)
    finally:
        os.close(read)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not answer:
        raise ScaleLabError("What the submission told could not be judged.")
    return answer


def _answer(work: Callable[[], bytes], write: int, grader: int) -> None:
    """Writes all or nothing, and never returns: what follows is the grader's own to do.

    A grader that is killed cannot end its copy, which therefore ends with it, and by its own time.
    """
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != grader:  # it was killed before that
            return
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        most = psutil.Process().memory_info().vms + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        answer = work()
        with open(write, "wb") as pipe:
            pipe.write(answer)
    finally:
        os._exit(0)


def _read(pipe: int) -> bytes:
    """All of it; nothing where that takes too long or is too much."""
    until, parts = time.monotonic() + SECONDS, [b""]
    while select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(pipe, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
        if sum(map(len, parts)) > MOST_BYTES:
            return b""
    return b""
