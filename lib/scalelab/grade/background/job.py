"""Runs a grading in the background: it goes on when the page is closed or the kernel dies."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from scalelab.files.lock import take
from scalelab.grade.background.progress_log import read_progress
from scalelab.grade.progress import RanksRunning, StepStarted
from scalelab.grade.result import Result
from scalelab.launch.command import python


@dataclass(frozen=True)
class JobStatus:
    """How a grading stands: its events; at its end the result and the page of feedback, or why there is none."""

    running: bool
    events: Sequence[StepStarted | RanksRunning]
    result: Result | None = None
    page: Path | None = None
    failed: str = ""

    @property
    def ever_began(self) -> bool:
        """Whether anything was ever graded in this folder."""
        return self.running or self.result is not None or bool(self.failed)


class BackgroundJob:
    """A folder in which one file at a time is graded; the latest grading stays to be looked at."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.processes: list[subprocess.Popen] = []  # kept: Python complains of a running one that nobody holds

    def start(self, file: Path, options: Sequence[str] = ()) -> bool:
        """Begin `scalelab grade FILE` with these options; False where one is at work here already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock() as lock:
            if lock is None:
                return False
            out = self.folder / f"{file.stem}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{len(self.processes)}"
            words = ["grade", file.resolve(), "--out", out.resolve(), "--progress", self._progress.resolve()]
            self._progress.write_bytes(b"")
            self._out.write_text(out.name)
            with self._log.open("wb") as log:
                process = subprocess.Popen(
                    [python(), "-m", "scalelab.cli", *map(str, words), *options],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    pass_fds=[lock],  # the lock is the grading's own from here on
                    start_new_session=True,  # a kernel's end ends its group
                )  # fmt: skip
            self._pid.write_text(str(process.pid))
            self.processes.append(process)
        return True

    def stop(self) -> None:
        """End the grading, and all that it has started."""
        if self.running():
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(self._pid.read_text()), signal.SIGTERM)

    def running(self) -> bool:
        """Whether a grading is at work, whoever started it."""
        if not self.folder.is_dir():
            return False
        with self._lock() as lock:
            return lock is None

    def status(self) -> JobStatus:
        """How the latest grading stands."""
        running, events = self.running(), read_progress(self._progress)
        if running or not self._out.is_file():
            return JobStatus(running, events)
        out = self.folder / self._out.read_text()
        try:
            return JobStatus(False, events, Result.from_json((out / "result.json").read_bytes()), out / "feedback.html")
        except (OSError, msgspec.DecodeError):
            return JobStatus(False, events, failed=self._last_words())

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").split("\n") if self._log.is_file() else []
        said = [line for line in lines if line.startswith("scalelab: ")]
        return said[-1].removeprefix("scalelab: ") if said else "The grading ended without a word; start it again."

    @contextlib.contextmanager
    def _lock(self):
        """The lock of the folder as an open file, or None where a grading has it."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield lock if take(lock, wait=False) else None
        finally:
            os.close(lock)

    @property
    def _progress(self) -> Path:
        return self.folder / "progress.jsonl"

    @property
    def _out(self) -> Path:
        return self.folder / "latest"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    @property
    def _pid(self) -> Path:
        return self.folder / "pid"
