"""Bubblewrap's command line for a set of walls.

All of it was probed from inside (tests/sandbox). The program gets namespaces of its own for users, processes,
network (a loopback alone), System V IPC, host name, mounts and control groups; no capability, and no way to make
namespaces in which it would get some.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from scalelab.places import PACKAGE
from scalelab.sandbox.gpus import given
from scalelab.sandbox.libraries import library_folders

ETC = Path(__file__).with_name("etc")
INSIDE = "65534"  # its user and group, as it sees them
LINKS = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
OF_THE_SYSTEM = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime")


@dataclass(frozen=True)
class Bind:
    """A file or folder of the machine, and where it appears inside."""

    source: Path
    target: Path
    writable: bool = False


def python() -> list[Bind]:
    """What this Python needs to start, and to find ScaleLab and libraries; and four small files as /etc."""
    executable = Path(sys.executable).resolve()
    homes = {Path(sys.prefix), Path(sys.base_prefix), executable.parents[1], PACKAGE.parent}
    homes |= {place for place in map(Path, sys.path) if place.name.endswith("-packages") and place.is_dir()}
    homes |= set(library_folders())
    outer = homes | {Path("/usr")}
    within = {home for home in homes for other in outer if home != other and home.is_relative_to(other)}
    files = [Bind(path, Path("/etc") / path.name) for path in sorted(ETC.iterdir())]
    return [*files, *(Bind(home, home) for home in sorted(homes - within))]


def arguments(binds: list[Bind], tmp_mb: int, gpu: bool) -> list[str]:
    """The walls as arguments of `bwrap`; a bind may lie within one that comes before it."""
    words = ["--unshare-all", "--unshare-user", "--disable-userns", "--uid", INSIDE, "--gid", INSIDE]
    words += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "localhost"]
    words += [*_system(), "--proc", "/proc", "--dev", "/dev"]
    for place in ("/tmp", "/dev/shm"):  # noqa: S108 - its own
        words += ["--size", str(tmp_mb * 1_000_000), "--tmpfs", place]
    for bind in binds:
        words += ["--bind" if bind.writable else "--ro-bind", str(bind.source), str(bind.target)]
    if gpu:
        words += _gpus()
    return [*words, "--remount-ro", "/dev", "--remount-ro", "/"]


def _system() -> list[str]:
    words = ["--ro-bind", "/usr", "/usr"]
    for name in LINKS:
        path = Path("/") / name
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    for name in OF_THE_SYSTEM:
        words += ["--ro-bind-try", name, name]
    return words


def _gpus() -> list[str]:
    words = ["--ro-bind-try", "/sys", "/sys"]
    mine = given(os.environ.get("CUDA_VISIBLE_DEVICES"))
    for device in mine.devices:
        words += ["--dev-bind", str(device), str(device)]
    return words if mine.visible is None else [*words, "--setenv", "CUDA_VISIBLE_DEVICES", mine.visible]
