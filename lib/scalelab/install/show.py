"""Running long commands so that a person sees life, and keeping their full output in a log."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from scalelab.install.faults import CommandFailed
from scalelab.install.progress import now_at

SPEAK_EVERY_S = 15  # without a terminal: one line this often
LOOK_EVERY_S = 0.2


class Screen:
    """Says what is being done: one changing line on a terminal, else a line every 15 seconds.

    `notes` are what may be said at the end: they keep nobody from going on. `beside` is what runs at the same time.
    """

    def __init__(self, log: Path, stream: TextIO | None = None):
        self.log = log
        self.notes: list[str] = []
        self.beside: object = None
        self.at: int | None = None  # of the command that runs: where its output begins in the log
        self.stopped = False
        self.keep_open: list[int] = []  # locks that children hold too: see one_at_a_time.py
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.title = ""
        self.began = self.spoke = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line above what is in progress."""
        self._wipe()
        print(text, file=self.stream, flush=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step, and on success how long it took."""
        self.title = title
        self.began = self.spoke = time.monotonic()
        if not self.live:
            self.say(f"{title} ...")
        yield
        self.say(f"{title} ... {self._seconds()}")

    def note(self, text: str) -> None:
        """Keep this for the end, once."""
        if text not in self.notes:
            self.notes.append(text)

    def say_notes(self) -> None:
        """Print what was kept for the end."""
        for text in self.notes:
            self.say(text)

    def progress(self) -> str:
        """What the command that runs is at, in a few words; "" where none runs."""
        return "" if self.at is None else now_at(self.log, self.at)

    def stop(self) -> None:
        """From another thread: the command that runs is ended, and none begins."""
        self.stopped = True

    def run(self, command: Sequence[Path | str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
        """Run to the end, output into the log; raises CommandFailed with that output."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            out.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            out.flush()
            start = self.at = out.tell()
            # A session of its own, so that the compilers that pip starts end with it.
            child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env or child_environment(),
                cwd=cwd,
                start_new_session=True,
                pass_fds=self.keep_open,
            )
            try:
                self._watch(child)
            finally:
                end_group(child)
                self.at = None
        if child.returncode:
            raise CommandFailed(command, _text_from(self.log, start), self.log)

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        while True:
            try:
                child.wait(LOOK_EVERY_S)
                return
            except subprocess.TimeoutExpired:
                if self.stopped:
                    raise KeyboardInterrupt from None
                self.show_life()

    def show_life(self) -> None:
        """The changing line, or every 15 seconds another one."""
        doing = "; ".join(filter(None, (self.progress(), str(self.beside or ""))))
        if self.live:
            line = f"{self.title} ... {self._seconds()}  {doing}"[: shutil.get_terminal_size().columns - 1]
            print(f"\r\033[K{line}", end="", file=self.stream, flush=True)
        elif time.monotonic() - self.spoke >= SPEAK_EVERY_S:
            self.spoke = time.monotonic()
            self.say(f"      {self._seconds()}: {doing}")

    def _wipe(self) -> None:
        if self.live:
            print("\r\033[K", end="", file=self.stream)

    def _seconds(self) -> str:
        return f"{time.monotonic() - self.began:.0f} s"


def child_environment() -> dict[str, str]:
    """The environment without PYTHONPATH: with it pip would take lib/scalelab.egg-info for an installed package."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End what is left of a command that was interrupted, compilers included."""
    if child.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
            return


def _text_from(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")
