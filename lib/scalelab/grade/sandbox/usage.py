"""What a stranger's program has put on the disk, looked at while it may still be changing it."""

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import psutil

from scalelab.grade.sandbox.caps import Caps

DEEPEST = 16  # folders within folders; paths that are too long to be named are deeper


def over_cap(folder: Path, caps: Caps) -> str | None:
    """The cap that the folder is over, in words; None where it is within all."""
    used, entries, waiting = 0, 0, [(str(folder), 0)]
    while waiting:
        place, depth = waiting.pop()
        if depth > DEEPEST:
            return f"{DEEPEST} folders within one another"
        try:
            found = os.scandir(place)
        except FileNotFoundError:  # gone since we looked
            continue
        except OSError:
            return "can be looked into"
        with found:
            for entry in found:
                entries += 1
                if entries > caps.entries:
                    return f"{caps.entries:,} files and folders"
                with contextlib.suppress(OSError):
                    used += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
    return f"{caps.disk_mb:,} MB" if used > caps.disk_mb * 1_000_000 else None


class Unseen:
    """Notices files that take room and have no name any more, on the disk or in memory: made when a run begins.

    `free` says how many bytes of it are left, `device` where such files lie, `most` how many bytes they may have.
    """

    def __init__(self, free: Callable[[], int], device: int, most: float):
        self.free, self.device, self.most = free, device, most
        self.at_first = free()

    def too_much(self) -> bool:
        """Whether the processes that we have started hold more than that open.

        Looked for only when so much is gone: others may use the machine as well.
        """
        return self.at_first - self.free() > self.most and _held_open(self.device) > self.most


def on_disk(folder: Path, caps: Caps) -> Unseen:
    """Files of the disk that the folder is on."""

    def free() -> int:
        now = os.statvfs(folder)
        return now.f_bfree * now.f_frsize

    return Unseen(free, folder.stat().st_dev, caps.disk_mb * 1e6)


def in_memory(caps: Caps) -> Unseen:
    """What `memfd_create` makes."""
    example = os.memfd_create("scalelab")
    device = os.fstat(example).st_dev
    os.close(example)
    return Unseen(lambda: psutil.virtual_memory().available, device, caps.memory_gb * 1e9)


def _held_open(device: int) -> int:
    """Bytes in nameless files of the device that processes started by this one hold."""
    files = {}
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(OSError):
            for handle in os.scandir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(OSError):
                    status = handle.stat()
                    if stat.S_ISREG(status.st_mode) and not status.st_nlink and status.st_dev == device:
                        files[status.st_ino] = status.st_blocks * 512
    return sum(files.values())
