"""Runs parts one after the other, each in a process of its own, until the time is up."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parts import PREPARE, Part
from store import DONE, FAILED, NO_TIME, Record, Store

RESERVE = 5.0  # seconds at the end, to write down what has come
LAST_LINES = 8
LOOK_EVERY = 0.1


@dataclass
class Running:
    """A part that has been started; `ends` is when (of `time.monotonic`) it is given up."""

    part: Part
    process: subprocess.Popen
    began: float
    ends: float
    log: Path
    figures: Path

    def settle(self) -> Record | None:
        """How it ended; None while it runs. One past its time is ended, with all it has started."""
        code = self.process.poll()
        late = time.monotonic() > self.ends
        if code is None and not late:
            return None
        if code is None:
            end_session(self.process)
        seconds = time.monotonic() - self.began
        if code == 0:
            return Record(DONE, "", seconds, self.read_figures())
        how = f"it was ended after {seconds:.0f} s" if code is None else f"exit code {code}"
        return Record(FAILED, f"{how}: {last_lines(self.log)}", seconds, self.read_figures())

    def read_figures(self) -> dict[str, Any]:
        return json.loads(self.figures.read_text()) if self.figures.exists() else {}


class Day:
    """The parts that are not done yet. `command` gives the words that start one, with the seconds that it has."""

    def __init__(self, store: Store, work: Path, minutes: float, command: Callable[[Part, Path, float], list[str]]):
        self.store, self.work, self.command = store, work, command
        self.ends = time.monotonic() + 60 * minutes - RESERVE
        self.running: dict[str, Running] = {}

    def run(self, parts: list[Part], say: Callable[[str], None] = print) -> None:
        """Until all are settled; those in the background are ended with the time, whatever happens."""
        self.say, waiting = say, list(parts)
        try:
            while waiting or self.running:
                self.settle()
                if (part := self.next(waiting)) is not None:
                    waiting.remove(part)
                    self.start(part)
                else:
                    time.sleep(LOOK_EVERY)
        finally:
            for running in self.running.values():
                end_session(running.process)

    def done(self, name: str) -> bool:
        """Whether it need not be done again: on another machine, what prepares it for others must be."""
        return self.store.done(name) and (name not in PREPARE or (self.work / f"{name}.json").exists())

    def next(self, waiting: list[Part]) -> Part | None:
        """The first that may start now: one at a time, beside those in the background."""
        busy = any(not running.part.background for running in self.running.values())
        free = [part for part in waiting if not any(need in self.running for need in part.needs)]
        # A part also waits for one that it needs and that has not begun.
        names = {part.name for part in waiting}
        ready = [part for part in free if not names & set(part.needs)]
        return next((part for part in ready if part.background or not busy), None)

    def start(self, part: Part) -> None:
        """Begin it, or write down why not."""
        left = self.ends - time.monotonic()
        missing = [need for need in part.needs if not self.done(need)]
        if missing:
            return self.keep(part.name, Record(FAILED, f"It needs {missing[0]}, which is not done."))
        if left < part.seconds:
            sentence = f"It takes some {part.seconds:.0f} s, and {max(left, 0):.0f} s were left."
            return self.keep(part.name, Record(NO_TIME, sentence))
        seconds = min(part.most, left)
        log, figures = self.work / f"{part.name}.log", self.work / f"{part.name}.json"
        figures.unlink(missing_ok=True)
        self.say(f"{part.name}: {part.what} ...")
        with log.open("wb") as out:
            words = self.command(part, figures, seconds)
            process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        now = time.monotonic()
        self.running[part.name] = Running(part, process, now, now + seconds, log, figures)
        return None

    def settle(self) -> None:
        """Store what has ended."""
        for name, running in list(self.running.items()):
            if (record := running.settle()) is not None:
                del self.running[name]
                self.keep(name, record)

    def keep(self, name: str, record: Record) -> None:
        self.store.keep(name, record)
        self.say(f"{name}: {record.outcome} after {record.seconds:.0f} s. {record.reason}".rstrip())


def part_command(python: Callable[[], str], work: Path, tiny: bool) -> Callable[[Part, Path, float], list[str]]:
    """Starts the file of a part by the interpreter that `python` names by then."""

    def command(part: Part, figures: Path, seconds: float) -> list[str]:
        file = Path(__file__).with_name(f"{part.name}.py")
        options = ["--figures", figures, "--work", work, "--seconds", f"{seconds:.0f}", *(["--tiny"] * tiny)]
        return [python() if part.needs else sys.executable, "-u", str(file), *map(str, options)]

    return command


def last_lines(log: Path) -> str:
    """What a part said last, on one line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return " / ".join(lines[-LAST_LINES:])[-1500:] or "it said nothing"


def end_session(process: subprocess.Popen) -> None:
    """End a part and all it has started in its session; at first kindly, since ranks are ended by who started them."""
    for number, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
