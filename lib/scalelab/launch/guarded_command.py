"""A command under guard, its output read while it runs."""

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from scalelab.launch import guard
from scalelab.launch.output import LINE_LENGTH, Line, parse_line

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
        assert self.process.stdin is not None  # both are pipes
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.waiting: queue.Queue[Line] = queue.Queue(LINES_WAITING)
        self.printed = 0  # characters
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.memory, self.looked = 0, 0.0

    def __enter__(self) -> "GuardedCommand":
        return self

    def __exit__(self, *_: object) -> None:
        self.stdin.close()
        self.process.wait()
        self.reader.join()
        self.stdout.close()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
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
        lines: list[Line] = []
        while len(lines) < LINES_WAITING:
            try:
                lines.append(self.waiting.get_nowait())
            except queue.Empty:
                break
        return lines

    def uses_more_than(self, most: float) -> bool:
        """Whether all its processes together have more bytes in memory; looked at twice a second."""
        if time.monotonic() - self.looked > SECONDS_BETWEEN_MEMORY_LOOKS:
            self.memory, self.looked = _memory(self.process.pid, most), time.monotonic()
        return self.memory > most

    def _read(self) -> None:
        while raw := self.stdout.readline(2 * LINE_LENGTH):
            self.printed += len(raw)
            try:
                self.waiting.put_nowait(parse_line(raw))
            except queue.Full:
                continue  # nobody reads that fast; the babbler loses lines, not we memory


def _memory(pid: int, most: float) -> int:
    """Bytes that the descendants have in memory; what several share counts once, the files they run from not at all.

    The kernel counts pages for that: asked only where they would have more than `most` if they shared none.
    """
    processes = psutil.Process(pid).children(recursive=True)
    unshared = [_told(process, "status", ("RssAnon:", "RssShmem:")) for process in processes]
    if sum(unshared) <= most:
        return sum(unshared)
    parts = [_told(process, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:")) for process in processes]
    return sum(part or whole for part, whole in zip(parts, unshared, strict=True))


def _told(process: psutil.Process, file: str, names: tuple[str, ...]) -> int:
    """The sum of these lines in bytes; 0 where the process has ended, or the kernel does not tell."""
    try:
        lines = Path("/proc", str(process.pid), file).read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))
