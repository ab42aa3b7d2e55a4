"""Running long commands so that a person sees life, and keeping their full output in a log."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from scalelab.install.faults import CommandFailed

SPEAK_EVERY_S = 15  # without a terminal: one line this often
LOOK_EVERY_S = 0.2
TAIL_BYTES = 1 << 16  # one verbose compiler call alone is several thousand


class Screen:
    """Says what is being done: one changing line on a terminal, else a line every 15 seconds."""

    def __init__(self, log: Path, stream=None):
        self.log = log
        self.keep_open: list = []  # locks that children hold too: see lock_file.py
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.title = ""
        self.began = self.spoke = time.monotonic()

    def say(self, text: str) -> None:
        self._wipe()
        print(text, file=self.stream, flush=True)

    @contextlib.contextmanager
    def step(self, title: str):
        """Announce a step, and on success how long it took."""
        self.title = title
        self.began = self.spoke = time.monotonic()
        if not self.live:
            self.say(f"{title} ...")
        yield
        self.say(f"{title} ... {self._seconds()}")

    def run(self, command: list, env: dict | None = None, cwd: Path | None = None) -> None:
        """Run to the end, output into the log; raises CommandFailed with that output."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            out.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            out.flush()
            start = out.tell()
            # A session of its own, so that the compilers that pip starts end with it.
            child = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                env=env or child_environment(), cwd=cwd, start_new_session=True, pass_fds=self.keep_open,
            )
            try:
                self._watch(child, start)
            finally:
                end_group(child)
        if child.returncode:
            raise CommandFailed(command, _text_from(self.log, start), self.log)

    def _watch(self, child: subprocess.Popen, start: int) -> None:
        while True:
            try:
                child.wait(LOOK_EVERY_S)
                return
            except subprocess.TimeoutExpired:
                self._show_life(start)

    def _show_life(self, start: int) -> None:
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            line = f"{self.title} ... {self._seconds()}  {last_line(self.log, start)}"[:width]
            print(f"\r\033[K{line}", end="", file=self.stream, flush=True)
        elif time.monotonic() - self.spoke >= SPEAK_EVERY_S:
            self.spoke = time.monotonic()
            self.say(f"      {self._seconds()}: {last_line(self.log, start)[:100]}")

    def _wipe(self) -> None:
        if self.live:
            print("\r\033[K", end="", file=self.stream)

    def _seconds(self) -> str:
        return f"{time.monotonic() - self.began:.0f} s"


def child_environment() -> dict:
    """The environment without PYTHONPATH: with it pip would take lib/scalelab.egg-info for an installed package."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def end_group(child: subprocess.Popen) -> None:
    """End what is left of a command that was interrupted, compilers included."""
    if child.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
            return


def last_line(log: Path, start: int) -> str:
    """What a person who wonders whether it is stuck should see: make's last percentage, else the last line."""
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - TAIL_BYTES))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    percentages = [line for line in lines if re.match(r"\[ *\d+%\]", line)]
    return (percentages or lines or ["at work"])[-1]


def _text_from(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")
