"""Control groups: the kernel's own caps on a tree of processes, where it lets us set them."""

import contextlib
import itertools
import os
import time
from dataclasses import dataclass
from pathlib import Path

from scalelab.grade.sandbox.caps import Caps

ROOT = Path("/sys/fs/cgroup")
NAME = "scalelab-{pid}-{count}"
# The file for each cap and the one that counts how often it was met, in version 2 and in version 1.
V2 = {"memory": ("memory.max", "memory.events"), "pids": ("pids.max", "pids.events")}
V1 = {"memory": ("memory.limit_in_bytes", "memory.oom_control"), "pids": ("pids.max", "pids.events")}
MET = {"memory": "oom_kill", "pids": "max"}
_count = itertools.count()


@dataclass(frozen=True)
class Group:
    """A control group for one run: a folder for each kind of cap (version 1), or one for both (version 2).

    As a context it is removed at the end, when its processes are gone.
    """

    folders: dict[str, Path]
    version: int

    def __enter__(self) -> "Group":
        return self

    def __exit__(self, *_) -> None:
        for folder in set(self.folders.values()):
            _remove(folder)

    @property
    def joins(self) -> list[Path]:
        """A process that writes its number to these files is in the group, and all that it starts."""
        return sorted({folder / "cgroup.procs" for folder in self.folders.values()})

    def met(self, kind: str) -> bool:
        """Whether the cap on "memory" (a process was killed) or on "pids" (one could not start) has been met."""
        if kind not in self.folders:
            return False
        counter = (V2 if self.version == 2 else V1)[kind][1]
        with contextlib.suppress(OSError, ValueError):
            for line in (self.folders[kind] / counter).read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == MET[kind]:
                    return int(value) > 0
        return False


def make_group(caps: Caps) -> Group | None:
    """A new control group with these caps; None where the kernel does not let us make one."""
    version, parents = _parents()
    values = {"memory": int(caps.memory_gb * 1e9), "pids": caps.processes}
    name = NAME.format(pid=os.getpid(), count=next(_count))
    folders: dict[str, Path] = {}
    for kind, parent in parents.items():
        _sweep(parent)
        folder = parent / name
        try:
            folder.mkdir(exist_ok=True)
            (folder / (V2 if version == 2 else V1)[kind][0]).write_text(str(values[kind]))
        except OSError:
            _remove(folder)
            continue
        _no_swap(folder)
        folders[kind] = folder
    return Group(folders, version) if folders else None


def _parents() -> tuple[int, dict[str, Path]]:
    """The version of control groups here, and for each kind of cap the folder of the group that we are in."""
    own = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            own |= {controller: path.lstrip("/") for controller in controllers.split(",")}
    if (ROOT / "cgroup.controllers").exists():
        return 2, dict.fromkeys(("memory", "pids"), ROOT / own.get("", ""))
    folders = {kind: ROOT / kind / own[kind] for kind in ("memory", "pids") if kind in own}
    return 1, {kind: folder for kind, folder in folders.items() if folder.is_dir()}


def _no_swap(folder: Path) -> None:
    """Memory that is swapped out is memory too."""
    for name in ("memory.swap.max", "memory.swappiness"):
        with contextlib.suppress(OSError):
            (folder / name).write_text("0")


def _sweep(parent: Path) -> None:
    """Remove the empty groups of graders that were killed."""
    for folder in parent.glob("scalelab-*"):
        pid = folder.name.split("-")[1]
        if not Path("/proc", pid).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


def _remove(folder: Path) -> None:
    """A killed process takes a moment to leave its group."""
    for _ in range(50):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.02)
        else:
            return
