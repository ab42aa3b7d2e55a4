"""Tells which files a rank writes, and sees that the check's links are replaced before they are written through."""

import os
import shutil
import sys
import threading
from pathlib import Path

import torch

from scalelab.parallel.check.events import Print, Write
from scalelab.parallel.check.observe.rank import Rank

MOST_WRITES, MOST_PRINTS = 500, 500
PASSING = (".lock", ".pyc", ".tmp")


class Files:
    """The rank's pen for files and lines; a file under a passing name counts when it gets its real one."""

    def __init__(self, rank: Rank):
        self.rank, self.here = rank, Path.cwd()
        self.busy = threading.local()
        self.told: set[tuple] = set()
        self.prints = 0
        self.pid = os.getpid()

    def opened(self, event: str, arguments: tuple) -> None:
        """Python's audit hook: called before a file is opened, renamed, and much more."""
        if event not in ("open", "os.rename") or getattr(self.busy, "now", False) or os.getpid() != self.pid:
            return
        self.busy.now = True
        try:
            if event == "os.rename":
                self.writes(arguments[1])
            elif _to_write(arguments[1], arguments[2]):
                self.writes(arguments[0], keep="r" in str(arguments[1]) or "a" in str(arguments[1]))
        except (OSError, ValueError, TypeError):
            pass  # the script's own call fails of itself, with its own message
        finally:
            self.busy.now = False

    def writes(self, target: object, keep: bool = False) -> None:
        """Tell of a file about to be written, where the line that does so is the script's."""
        if not isinstance(target, str | bytes | os.PathLike):
            return
        path = Path(os.path.abspath(os.fsdecode(target)))  # noqa: PTH100  (a link must not be followed)
        if path.is_symlink() and path.is_relative_to(self.here):
            _detach(path, keep)
        where = self.rank.where()
        passing = path.suffix in PASSING or path.is_relative_to("/dev") or path.is_relative_to(self.rank.told)
        told = (str(path), self.rank.step > 0)
        if where is None or passing or told in self.told or len(self.told) >= MOST_WRITES:
            return
        self.told.add(told)
        name = str(path.relative_to(self.here)) if path.is_relative_to(self.here) else str(path)
        self.rank.tell(Write(self.rank.step, where, name))

    def printed(self, text: str) -> None:
        """Tell of a line printed by the script."""
        if text.strip() and self.prints < MOST_PRINTS and os.getpid() == self.pid:
            self.prints += 1
            self.rank.tell(Print(self.rank.step, self.rank.where(), text.strip()[:300]))


def install(rank: Rank) -> None:
    """Hook opening, renaming, torch.save and print. Call after the check's own files are open."""
    files = Files(rank)
    save, write = torch.save, sys.stdout.write

    def observed_save(thing, target, *arguments, **options):
        files.writes(target)
        return save(thing, target, *arguments, **options)

    def observed_write(text):
        files.printed(text)
        return write(text)

    torch.save = observed_save
    sys.stdout.write = observed_write
    sys.addaudithook(files.opened)


def _to_write(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _detach(link: Path, keep: bool) -> None:
    """Put a copy, or nothing, in the place of a link to one of the learner's files."""
    original = link.resolve()
    link.unlink(missing_ok=True)
    if keep and original.is_file():
        shutil.copy(original, link)
