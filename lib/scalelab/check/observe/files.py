"""Tells which files a rank writes, and sees that the check's links are replaced before they are written through."""

import contextlib
import fcntl
import gc
import io
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import safetensors.numpy
import safetensors.torch
import torch

from scalelab.check.events import Print, Saved, Write
from scalelab.check.observe.hook import hook
from scalelab.check.observe.links import detach_file, detach_folders
from scalelab.check.observe.observer import Rank

MOST_WRITES, MOST_PRINTS = 500, 500
MOST_LETTERS = 2_000  # of a line that does not end
PASSING = (".lock", ".part", ".pyc", ".tmp")
EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
# They open their files in C++ and in Rust. All of safetensors' save_file come down to that one function.
SAVERS = [(torch, "save"), (safetensors.torch, "serialize_file"), (safetensors.numpy, "serialize_file")]
TARGETS = ("f", "filename")
DESCRIPTORS = Path("/dev/fd")


class Files:
    """The rank's pen for files and lines; a file under a passing name counts when it gets its real one."""

    def __init__(self, rank: Rank):
        self.rank, self.here = rank, Path.cwd()
        self.busy = threading.local()
        self.noted: set[tuple[str, bool]] = set()
        self.early: dict[Path, Write] = {}  # files opened to be written before the first step
        self.prints, self.line = 0, ""
        self.pid = os.getpid()

    def opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Python's audit hook: called before a file is opened, renamed, and much more."""
        if event not in EVENTS or getattr(self.busy, "now", False) or os.getpid() != self.pid:
            return
        self.busy.now = True
        try:
            if event == "os.rename":
                self._detach(arguments[0])
                self.writes(arguments[1])
            elif event != "open":
                self._detach(arguments[0])
            elif _to_write(arguments[1], arguments[2]):
                append = "a" in str(arguments[1])
                self.writes(arguments[0], keep="r" in str(arguments[1]) or append, append=append)
        except (OSError, ValueError, TypeError):
            pass  # the script's own call fails of itself, with its own message
        finally:
            self.busy.now = False

    def writes(self, target: object, keep: bool = False, append: bool = False) -> None:
        """Tell of a file about to be written, where the line that does so is the script's."""
        path = self._detach(target)
        if path is None:
            return
        if path.is_symlink() and path.is_relative_to(self.here):
            detach_file(path, keep)
        where = self.rank.where()
        passing = path.name.endswith(PASSING) or path.is_relative_to("/dev") or path.is_relative_to(self.rank.traces)
        noted = (str(path), self.rank.step > 0)
        if where is None or passing or noted in self.noted or len(self.noted) >= MOST_WRITES:
            return
        self.noted.add(noted)
        name = str(path.relative_to(self.here)) if path.is_relative_to(self.here) else str(path)
        write = Write(self.rank.step, where, name, append)
        if not self.rank.step:
            self.early[path] = write
        self.rank.tell(write)

    def _detach(self, target: object) -> Path | None:
        """The path of something about to be changed, in folders of the check's own; None where it is no path."""
        if not isinstance(target, str | bytes | os.PathLike):
            return None
        path = Path(os.path.abspath(os.fsdecode(target)))  # noqa: PTH100  (a link must not be followed)
        if path.is_relative_to(self.here):
            detach_folders(path, self.here, self.here.with_name("folders"))
        return path

    def look_again(self) -> None:
        """The rank ends: files that were opened before the first step, are still open, and were written to."""
        with contextlib.suppress(OSError):  # a system that does not list its descriptors
            for path in _written(self.early):
                self.rank.tell(msgspec.structs.replace(self.early[path], step=max(1, self.rank.step)))

    def printed(self, text: str) -> None:
        """Tell of a line printed by the script, which may come in several pieces."""
        self.line = (self.line + text)[-MOST_LETTERS:]
        if not text.endswith("\n"):
            return
        line, self.line = self.line.strip(), ""
        if line and self.prints < MOST_PRINTS and os.getpid() == self.pid:
            self.prints += 1
            self.rank.tell(Print(self.rank.step, self.rank.where(), line[:300]))


def install(rank: Rank) -> None:
    """Hook opening, renaming, what saves without Python's `open`, and print. Call when the check's files are open."""
    files = Files(rank)
    write = sys.stdout.write

    def observed_write(text: str) -> int:
        files.printed(text)
        return write(text)

    for owner, name in SAVERS:
        setattr(owner, name, observed_save(files, getattr(owner, name)))
    hook(sys.stdout, "write", observed_write)
    sys.addaudithook(files.opened)
    rank.before_the_end.append(files.look_again)


def observed_save(files: Files, save: Callable[..., Any]) -> Callable[..., Any]:
    """`save(thing, target, ...)`, which tells of the target first, by whatever name it is given."""

    def save_and_tell(*arguments: Any, **options: Any) -> Any:
        if arguments and has_prefixed_names(arguments[0]):
            files.rank.tell(Saved(files.rank.step, files.rank.where()))
        targets = [*arguments[1:2], *(options[name] for name in TARGETS if name in options)]
        for target in targets:
            files.opened("open", (target, "wb", 0))
        return save(*arguments, **options)

    return save_and_tell


def has_prefixed_names(thing: object, depth: int = 2) -> bool:
    """Whether this is a checkpoint, or holds one, of a model in DistributedDataParallel: "module." before each name."""
    if not isinstance(thing, Mapping):
        return False
    tensors = [name for name, value in thing.items() if isinstance(value, torch.Tensor | Mapping)]
    if tensors and all(str(name).startswith("module.") for name in tensors):
        return True
    return depth > 0 and any(has_prefixed_names(value, depth - 1) for value in thing.values())


def _to_write(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _written(paths: Iterable[Path]) -> list[Path]:
    """Those of the files to which this process has written through a descriptor that is still open."""
    paths = list(paths)
    if not paths:
        return []
    _flush_all()
    held = set()
    for descriptor in DESCRIPTORS.iterdir():
        number = int(descriptor.name)
        with contextlib.suppress(OSError):  # that of the folder itself is closed by now
            writable = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
            if writable and os.lseek(number, 0, os.SEEK_CUR):
                held.add(_identity(os.fstat(number)))
    return [path for path in paths if path.exists() and _identity(path.stat()) in held]


def _flush_all() -> None:
    """What is still in the buffers of open files would be written in the end."""
    for thing in gc.get_objects():
        if isinstance(thing, io.TextIOWrapper | io.BufferedWriter) and not thing.closed:
            with contextlib.suppress(OSError, ValueError):
                thing.flush()


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
