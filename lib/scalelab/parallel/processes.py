"""A command under guard, its output read while it runs."""

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from scalelab.parallel import guard
from scalelab.parallel.output import LINE_LENGTH, Line, parse_line

LINES_WAITING = 10_000
SECONDS_BETWEEN_MEMORY_LOOKS = 0.5


class GuardedCommand:
    """A running command; leaving the `with` block ends it and every process it has started.

    The guard sits between: should this process be killed, the guard notices and ends the rest.
    """

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path):
        self.process = subprocess.Popen(
            [sys.executable, "-I", guard.__file__, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            text=True,
            errors="replace",
            start_new_session=True,  # so that Ctrl-C reaches this process alone
        )
        self.waiting: queue.Queue[Line] = queue.Queue(LINES_WAITING)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.memory, self.looked = 0.0, 0.0

    def __enter__(self) -> "GuardedCommand":
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    @property
    def exit_code(self) -> int | None:
        return self.process.poll()

    def running(self, wait: float) -> bool:
        """Whether it still runs after at most so many seconds."""
        try:
            self.process.wait(wait)
        except subprocess.TimeoutExpired:
            return True
        return False

    def new_lines(self) -> list[Line]:
        """Lines printed since the last call."""
        lines = []
        while len(lines) < LINES_WAITING:
            try:
                lines.append(self.waiting.get_nowait())
            except queue.Empty:
                break
        return lines

    def memory_gb(self) -> float:
        """Private memory of all its processes together, looked at twice a second."""
        if time.monotonic() - self.looked > SECONDS_BETWEEN_MEMORY_LOOKS:
            self.memory, self.looked = _private_memory(self.process.pid) / 1e9, time.monotonic()
        return self.memory

    def _read(self) -> None:
        while raw := self.process.stdout.readline(2 * LINE_LENGTH):
            try:
                self.waiting.put_nowait(parse_line(raw))
            except queue.Full:
                continue  # nobody reads that fast; the babbler loses lines, not we memory


def _private_memory(pid: int) -> int:
    """Bytes of resident memory that the descendants do not share with one another."""
    total = 0
    for process in psutil.Process(pid).children(recursive=True):
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            continue
        total += memory.rss - memory.shared
    return total
