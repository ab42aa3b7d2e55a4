"""The machine around the course: cores, memory, disk, other hosts, what clusters and image builders need, a browser.

Each is a row of `scalelab doctor`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

ENOUGH_GB = 5  # set-up takes that much, and a graded run may take 2 of it (scalelab.sandbox.caps)
BUILDERS = ("buildah", "podman", "docker")
SLURM, KUBERNETES = ("sbatch", "apptainer"), ("kubectl", "helm")
VERSION_SECONDS = 5


@dataclass(frozen=True)
class Row:
    """One thing that was looked at. `mend` says in words what to do, and is empty when nothing is to be done."""

    what: str
    state: Literal["ok", "missing", "note"]
    found: str
    remedy: str = ""


def cores_row() -> Row:
    """How many ranks have a core of their own."""
    usable = cores()
    if usable >= 2:
        return Row("Cores", "ok", f"{usable:g} for this process, so {int(usable)} ranks at full speed")
    return Row(
        "Cores",
        "note",
        f"{usable:g} for this process: two ranks will share it, and speed-ups will not show",
        "use a machine (or a container limit) of 2 cores or more",
    )


def cores() -> float:
    """CPU cores this process may use at once: its affinity, capped by a control group (a container's limit)."""
    allowed = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    quota, period = 0, 1
    with contextlib.suppress(OSError, ValueError):  # version 2 of control groups
        quota, period = map(int, Path("/sys/fs/cgroup/cpu.max").read_text().split())
    with contextlib.suppress(OSError, ValueError):  # version 1
        quota = int(Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").read_text())
        period = int(Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us").read_text())
    return min(allowed, quota / period) if quota > 0 else allowed


def cpuinfo() -> dict[str, str]:
    """What the system tells of its first core, say its "model name" and "flags"; empty where it tells nothing."""
    fields: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0].splitlines():
            key, _, value = line.partition(":")
            fields[key.strip()] = value.strip()
    return fields


def memory_row() -> Row:
    """Of the machine, or of the container that this runs in."""
    total = psutil.virtual_memory().total
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            total = min(total, int(Path(path).read_text()))
    gigabytes = total / 2**30
    if gigabytes >= 4:
        return Row("Memory", "ok", f"{gigabytes:.0f} GB")
    return Row("Memory", "note", f"{gigabytes:.1f} GB", "two ranks want about 4 GB: close other programs")


def disk_row() -> Row:
    """What is free in the working folder, where runs are written, and in the cache, where data sets lie."""
    places = {"in the cache": Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser(), "here": Path.cwd()}
    disks = {_there(path).stat().st_dev: name for name, path in places.items()}  # one disk is told once
    free = {name: shutil.disk_usage(_there(places[name])).free / 1e9 for name in disks.values()}
    found = ", ".join(f"{gigabytes:.1f} GB free {name}" for name, gigabytes in free.items())
    if min(free.values()) >= ENOUGH_GB:
        return Row("Disk", "ok", found)
    return Row("Disk", "note", found, f"{ENOUGH_GB} GB are wanted: delete old folders in runs/, or something else")


def _there(place: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next(path for path in (place, *place.parents) if path.exists())


def hosts_row(horovod_has_mpi: bool) -> Row:
    """What ranks on several hosts are started by: ssh for Gloo, or mpirun where Horovod is built for MPI."""
    found = [f"ssh {version_of('ssh')}, for Gloo"] if shutil.which("ssh") else []
    remedy = "apt install openmpi-bin libopenmpi-dev, then make setup"
    if shutil.which("mpirun"):
        built = "and Horovod is built for MPI" if horovod_has_mpi else "but Horovod is built without MPI"
        found.append(f"mpirun {version_of('mpirun')}, {built}")
    if shutil.which("mpirun") and horovod_has_mpi:
        return Row("Several hosts", "ok", "; ".join(found))
    if shutil.which("ssh"):
        return Row("Several hosts", "ok", "; ".join(found), f"for MPI as well: {remedy}")
    nothing = "neither ssh nor mpirun, so ranks on this machine only"
    return Row("Several hosts", "note", "; ".join(found) or nothing, f"apt install openssh-client; for MPI: {remedy}")


def image_row() -> Row:
    """Who could build the container image here; nothing else of the course needs it."""
    found = [f"{name} {version_of(name)}" for name in BUILDERS if shutil.which(name)]
    if found:
        return Row("Image builders", "ok", ", ".join(found))
    return Row("Image builders", "note", f"none of {', '.join(BUILDERS)}", "apt install buildah, to build the image")


def slurm_row() -> Row:
    """What docker/slurm/ is submitted with, and what its scripts start the image with."""
    return _all_of("Slurm", SLURM, "needed on a cluster alone: docker/README.md")


def kubernetes_row() -> Row:
    """What starts jobs and JupyterHub from docker/kubernetes/."""
    return _all_of("Kubernetes", KUBERNETES, "needed for a cluster alone: docker/README.md")


def chromium_row() -> Row:
    """What the tests and bench/widgets.py drive; learners use a browser of their own."""
    return _all_of("Tests' browser", ("chromium",), "apt install chromium, to run the tests in a browser")


def _all_of(what: str, programs: tuple[str, ...], remedy: str) -> Row:
    """A part of the course that not everyone wants, and that takes all of these programs."""
    found = [f"{name} {version_of(name)}" if shutil.which(name) else f"no {name}" for name in programs]
    there = all(map(shutil.which, programs))
    return Row(what, "ok" if there else "note", ", ".join(found), "" if there else remedy)


def has_browser() -> bool:
    """Whether this machine could open a page by itself."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def version_of(program: str) -> str:
    """The first version number in what a program says of itself; "of unknown version" where it says none."""
    # ssh knows the second only, and answers on stderr; kubectl and helm know the third.
    for options in (["--version"], ["-V"], ["version", "--client"]):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            done = subprocess.run(
                [program, *options], capture_output=True, text=True, errors="replace", timeout=VERSION_SECONDS,
                stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            if done.returncode == 0 and (match := re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)):
                return match[0]
    return "of unknown version"
