"""The processes of one test: it looks for these alone, since others test on the same machine."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil


def processes_of(folder: Path) -> set[int]:
    """Those that live and were given something below this folder: in their command, or by a mount in a sandbox."""
    return {process.pid for process in _alive() if _names(process, folder) or _mounts(process.pid, folder)}


def walled_of(folder: Path) -> set[int]:
    """Those of `processes_of` a sandbox: they live in a process namespace of their own."""
    ours, found = Path("/proc/self/ns/pid").readlink(), set()
    for process in _alive():
        with contextlib.suppress(OSError):
            if Path("/proc", str(process.pid), "ns", "pid").readlink() != ours and _mounts(process.pid, folder):
                found.add(process.pid)
    return found


def _alive() -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
            yield process


def _names(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in word for word in process.info["cmdline"] or ())


def _mounts(pid: int, folder: Path) -> bool:
    """Whether a mount of the process is of something below the folder (proc(5), mountinfo, field 4)."""
    mount = next(place for place in (folder, *folder.parents) if place.is_mount())
    within = f"/{folder.relative_to(mount)}"
    with contextlib.suppress(OSError):
        lines = Path("/proc", str(pid), "mountinfo").read_text().splitlines()
        return any((line.split()[3] + "/").startswith(within + "/") for line in lines)
    return False
