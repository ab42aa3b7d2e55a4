"""Control groups: the kernel's own caps on a tree of processes, where it lets us set them."""

import contextlib
import itertools
import os
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from scalelab.sandbox.caps import Caps

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")  # the groups that this process is in
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
    def joining(self) -> list[str]:
        """Shell commands: a shell that has run them is in the group, and all that it starts."""
        files = sorted({folder / "cgroup.procs" for folder in self.folders.values()})
        return [f"echo $$ > {shlex.quote(str(file))}" for file in files]

    def can_be_joined(self) -> bool:
        """Tried for real: who may make a group may still not move a process into it."""
        return subprocess.run(["sh", "-ec", "\n".join(self.joining)], capture_output=True, check=False).returncode == 0

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
    """A new control group with these caps; None where the kernel does not let us make one, or join it."""
    version, parents = _parents()
    values = {"memory": int(caps.memory_gb * 1e9), "pids": caps.processes}
    name = NAME.format(pid=os.getpid(), count=next(_count))
    folders: dict[str, Path] = {}
    for parent in sorted(set(parents.values())):
        _sweep(parent)
        settings = {kind: (V2 if version == 2 else V1)[kind][0] for kind in parents if parents[kind] == parent}
        folders |= _make(parent / name, {kind: (file, values[kind]) for kind, file in settings.items()})
    group = Group(folders, version)
    if folders and group.can_be_joined():
        return group
    group.__exit__()
    return None


def _make(folder: Path, caps: dict[str, tuple[str, int]]) -> dict[str, Path]:
    """A folder with these caps (kind: file, value), for each kind whose cap is in force; where none is, no folder."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return {}
    in_force = {}
    for kind, (file, value) in caps.items():
        with contextlib.suppress(OSError):
            (folder / file).write_text(str(value))
            in_force[kind] = folder
    if not in_force:
        _remove(folder)
    elif "memory" in in_force:
        _no_swap(folder)
    return in_force


def _parents() -> tuple[int, dict[str, Path]]:
    """The version of control groups here, and for each kind of cap the folder in which a group can be made."""
    own: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in OWN.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            own |= {controller: path.lstrip("/") for controller in controllers.split(",")}
    if (ROOT / "cgroup.controllers").exists():
        return 2, dict.fromkeys(V2, parent) if (parent := _delegating(ROOT / own.get("", ""))) else {}
    folders = {kind: ROOT / kind / own[kind] for kind in V1 if kind in own}
    return 1, {kind: folder for kind, folder in folders.items() if folder.is_dir()}


def _delegating(own: Path) -> Path | None:
    """The nearest group around `own` that passes its controllers on to groups within it, and in which we may make one.

    Not our own: in version 2 a group that holds processes passes none on (the kernel's cgroup-v2.rst, "No Internal
    Process Constraint"). Whatever caps lie on that group hold for the new one as well.
    """
    for folder in (own, *own.parents):
        if not folder.is_relative_to(ROOT) or ".." in folder.parts:
            return None
        with contextlib.suppress(OSError):
            passed_on = (folder / "cgroup.subtree_control").read_text().split()
            if set(V2) <= set(passed_on) and os.access(folder, os.W_OK):
                return folder
    return None


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
