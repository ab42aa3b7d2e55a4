"""How many cores the processes of others take."""

import os
import time
from collections.abc import Iterable
from typing import NamedTuple

import psutil


class _Process(NamedTuple):
    """Who started it, when, its seconds of a core so far, and on which core it was last."""

    parent: int
    started: float
    seconds: float
    core: int


class ForeignLoad:
    """Looks again and again at what runs on these cores and was not started by this process.

    Only what is seen to be another's counts. So a submission cannot pass its own work off as somebody else's: all
    that it starts descends from this process. What runs in other containers is not seen.
    """

    def __init__(self, cores: Iterable[int]):
        self.cores = set(cores)
        self.seen, self.at = _processes(), time.perf_counter()

    def look(self) -> float:
        """Cores that others have taken since the last look, on average."""
        now, at = _processes(), time.perf_counter()
        own = _descendants(now, os.getpid())
        seconds = sum(
            process.seconds - self._before(pid, process)
            for pid, process in now.items()
            if pid not in own and process.core in self.cores
        )
        passed, self.seen, self.at = at - self.at, now, at
        return seconds / passed if passed > 0 else 0.0

    def _before(self, pid: int, process: _Process) -> float:
        before = self.seen.get(pid)
        return before.seconds if before and before.started == process.started else 0.0


def _processes() -> dict[int, _Process]:
    found = {}
    for process in psutil.process_iter(["ppid", "create_time", "cpu_times", "cpu_num"]):
        info = process.info
        if info["cpu_times"] is not None:  # we may look at it
            seconds = info["cpu_times"].user + info["cpu_times"].system
            found[process.pid] = _Process(info["ppid"], info["create_time"], seconds, info["cpu_num"])
    return found


def _descendants(processes: dict[int, _Process], root: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    found, todo = set(), [root]
    while todo:
        new = children.get(todo.pop(), [])
        found.update(new)
        todo += new
    return found
