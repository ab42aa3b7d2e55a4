"""Files that take room and have no name any more, on the disk or in memory."""

import contextlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from scalelab.launch.launch import EndJobError
from scalelab.sandbox.caps import Caps

LEAST_FREE = 2e9  # bytes of a disk that are to be left: the machine itself, and whoever else is on it, needs some
MARGIN = 0.5e9  # bytes beyond its cap that may go while a run is on: others write to the disk as well
SECONDS_BETWEEN_LOOKS = 0.5


class DeletedFiles:
    """Notices such files: made when a run begins.

    `free` says how many bytes are left where they lie, `device` which file system that is, `most` how many bytes the
    run may have there, `least` how many are to be left.
    """

    def __init__(self, free: Callable[[], int], device: int, most: float, least: float = 0):
        self.free, self.device, self.most, self.least = free, device, most, least
        self.at_first, self.looked = free(), float("-inf")

    def too_much(self) -> bool:
        """Whether more than that is `hidden`; raises EndJobError where the disk is `nearly_full`."""
        if self.hidden():
            return True
        if self.nearly_full():
            raise EndJobError(f"All ranks were ended: {self.left}.")
        return False

    @property
    def left(self) -> str:
        """In words, how it stands where it is nearly full."""
        return f"less than {self.least / 1e9:,.0f} GB of the disk were left, whoever took the rest"

    def hidden(self) -> bool:
        """Whether the processes that we have started hold more than that in files without a name.

        Looked for only when so much is gone, for others may use the machine as well; and then twice a second.
        """
        if self._gone() <= self.most or time.monotonic() - self.looked < SECONDS_BETWEEN_LOOKS:
            return False
        self.looked = time.monotonic()
        return _held(self.device) > self.most

    def nearly_full(self) -> bool:
        """Whether more is gone than the run may have, and less is left than the machine needs; whoever took it.

        A file can be held where nobody sees it, say as a message to a socket (unix(7), SCM_RIGHTS).
        """
        return self._gone() > self.most + MARGIN and self.free() < self.least

    def _gone(self) -> int:
        return self.at_first - self.free()


def on_disk(folder: Path, caps: Caps) -> DeletedFiles:
    """Files of the disk that the folder is on."""

    def free() -> int:
        now = os.statvfs(folder)
        return now.f_bavail * now.f_frsize

    return DeletedFiles(free, folder.stat().st_dev, caps.disk_mb * 1e6, LEAST_FREE)


def in_memory(caps: Caps) -> DeletedFiles:
    """What `memfd_create` makes."""
    example = os.memfd_create("scalelab")
    device = os.fstat(example).st_dev
    os.close(example)
    return DeletedFiles(lambda: psutil.virtual_memory().available, device, caps.memory_gb * 1e9)


def _held(device: int) -> int:
    """Bytes in nameless files of the device that processes started by this one have open, or in their address space."""
    own: dict[int, int] = {}
    guessed: dict[int, int] = {}
    for process in psutil.Process().children(recursive=True):
        threads = _threads(process.pid)
        for thread in threads:
            own |= _blocks(thread / "fd", device)
        for thread in threads:
            own |= _blocks(thread / "map_files", device)
            if maps := _read(thread / "maps"):
                lengths = _lengths(maps, device)
                guessed |= {inode: max(length, guessed.get(inode, 0)) for inode, length in lengths.items()}
                break  # they share an address space
    return sum((guessed | own).values())


def _threads(pid: int) -> list[Path]:
    """Each may have open files of its own (unshare(2)), and the first may have ended."""
    with contextlib.suppress(OSError):
        return [Path("/proc", thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()]
    return []


def _blocks(handles: Path, device: int) -> dict[int, int]:
    """Inode and bytes of the nameless files in a folder of /proc; none where it is closed to us.

    `map_files` is closed to all but root (proc_pid_map_files(5)).
    """
    files = {}
    with contextlib.suppress(OSError):
        for handle in os.scandir(handles):
            with contextlib.suppress(OSError):
                status = handle.stat()
                if stat.S_ISREG(status.st_mode) and not status.st_nlink and status.st_dev == device:
                    files[status.st_ino] = status.st_blocks * 512
    return files


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace")
    return ""


def _lengths(maps: str, device: int) -> dict[int, int]:
    """Inode of each nameless file in the address space, and how far into the file that reaches: it may be longer."""
    lengths: dict[int, int] = {}
    for line in maps.split("\n"):  # not `splitlines`: other ends of lines are left in a file's name
        if line.endswith(" (deleted)"):
            span, _, offset, place, inode, _ = line.split(None, 5)
            start, end = (int(number, 16) for number in span.split("-"))
            if os.makedev(*(int(number, 16) for number in place.split(":"))) == device:
                lengths[int(inode)] = max(int(offset, 16) + end - start, lengths.get(int(inode), 0))
    return lengths
